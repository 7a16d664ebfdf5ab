"""Only the classes of pulumi_aws that the program uses are imported, and they are the official ones.

Each test asks a Python of its own, because a package is imported once in a process.
"""

import subprocess
import sys

from tests.unit.recorder import ROOT


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_program_imports_few_of_the_modules() -> None:
    """1,900 when each package imports all of its own; a name that breaks the rule of file names adds its package."""
    count = python(
        "import sys, pathlib, tempfile, infra.lazy_aws\n"
        "from tests.unit.recorder import record_stack\n"
        "record_stack('prod', pathlib.Path(tempfile.mkdtemp()))\n"
        "print(sum(name.startswith('pulumi_aws.') and name.count('.') > 1 for name in sys.modules))"
    )
    assert int(count) < 120


def test_a_name_in_a_file_of_another_name_is_found() -> None:
    """Enumerations stand together in `_enums.py`."""
    code = "import infra.lazy_aws, pulumi_aws as aws; print(aws.ec2.Tenancy.__module__, aws.ec2.Vpc.__module__)"
    assert python(code) == "pulumi_aws.ec2._enums pulumi_aws.ec2.vpc"


def test_a_name_that_does_not_exist_is_refused_as_ever() -> None:
    code = (
        "import infra.lazy_aws, pulumi_aws as aws\n"
        "try: aws.ec2.NoSuchThing\n"
        "except AttributeError as error: print(error)"
    )
    assert python(code) == "module 'pulumi_aws.ec2' has no attribute 'NoSuchThing'"


def test_classes_are_those_of_the_official_packages() -> None:
    """The same class, whether its package was imported lazily before or becomes complete later."""
    code = (
        "import infra.lazy_aws, pulumi_aws as aws\n"
        "lazy = aws.ec2.Vpc\n"
        "aws.ec2.Tenancy\n"
        "print(lazy is aws.ec2.Vpc is __import__('pulumi_aws.ec2', fromlist=['Vpc']).Vpc)"
    )
    assert python(code) == "True"
