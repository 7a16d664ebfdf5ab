"""Only the classes of pulumi_aws that the program uses are imported, and they are the official ones.

The tests ask Pythons of their own, because a package is imported once in a process. The second test uses small
packages, which are imported whole in a moment.
"""

import subprocess
import sys

from infra.pure.paths import ROOT


def python(code: str) -> list[str]:
    lines = ["import sys, infra.lazy_aws, pulumi_aws as aws", *code.splitlines()]
    answer = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return answer.stdout.splitlines()


def test_the_program_imports_few_of_the_modules() -> None:
    """1,900 when each package imports all of its own; a name that breaks the rule of file names adds its package."""
    (count,) = python(
        "from tests.unit.program.recorder import record_stack\n"
        "record_stack('prod')\n"
        "print(sum(name.startswith('pulumi_aws.') and name.count('.') > 1 for name in sys.modules))"
    )
    assert int(count) < 120


def test_the_classes_are_those_of_the_official_packages() -> None:
    """The same class, whether its package is still lazy, or complete because a name has no file of its own."""
    assert python(
        "lazy = aws.ssm.Parameter\n"
        "print(lazy.__module__, 'pulumi_aws.ssm.document' in sys.modules)\n"
        "print(aws.ssm.ParameterType.__module__, 'pulumi_aws.ssm.document' in sys.modules)\n"
        "print(lazy is aws.ssm.Parameter is __import__('pulumi_aws.ssm', fromlist=['Parameter']).Parameter)\n"
        "try: aws.sns.NoSuchThing\n"
        "except AttributeError as error: print(error)"
    ) == [
        "pulumi_aws.ssm.parameter False",
        "pulumi_aws.ssm._enums True",
        "True",
        "module 'pulumi_aws.sns' has no attribute 'NoSuchThing'",
    ]
