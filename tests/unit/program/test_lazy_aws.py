"""Only the classes of pulumi_aws that the program uses are imported, and they are the official ones.

The tests ask Pythons of their own, because a package is imported once in a process. The second test uses small
packages, which are imported whole in a moment.
"""

import re
import subprocess
import sys
import tomllib

from infra.pure.paths import ROOT

# Of each class: how Pulumi names its properties, and their types.
TYPES = """
from pulumi import _types
from pulumi_aws import ecs, s3
for module in (ecs._inputs, ecs.outputs, s3._inputs, s3.outputs):
    for name in module.__all__:
        if hasattr(cls := getattr(module, name), "_pulumi_input_type"):
            print(name, _types.input_type_py_to_pulumi_names(cls), _types.input_type_types(cls))
        elif hasattr(cls, "_pulumi_output_type"):
            print(name, _types.output_type_types(cls), sorted(set(dir(cls)) - set(dir(dict))))
"""


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


def test_the_classes_compiled_without_annotations_have_the_same_properties_and_types() -> None:
    lean = python(TYPES)
    assert lean == python(f"sys.path_hooks.pop(0)\n{TYPES}")
    assert len(lean) > 400


def test_no_annotation_of_the_many_classes_is_evaluated_at_import() -> None:
    """Else the loader has no effect any more, and each `up` takes a third of a second longer."""
    assert (
        python(
            "import types, typing\n"
            "for module in (aws.ecs._inputs, aws.ecs.outputs):\n"
            "    classes = [getattr(module, name) for name in module.__all__]\n"
            "    functions = [f for cls in classes for f in vars(cls).values() if isinstance(f, types.FunctionType)]\n"
            "    print(len(functions) > 100, {type(a) for f in functions for a in f.__annotations__.values()})\n"
            "    print(any(map(typing.is_typeddict, classes)))"
        )
        == ["True {<class 'str'>}", "False"] * 2
    )


def test_the_types_of_all_that_the_program_uses_are_checked() -> None:
    """mypy follows the packages that pyproject.toml names; a class of any other would pass for anything."""
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    (followed,) = (one["module"] for one in overrides if "pulumi_aws" in one["module"])
    texts = [path.read_text() for path in (ROOT / "infra").rglob("*.py")]
    used = {name for text in texts for name in re.findall(r"(?<![\w.])aws\.([a-z_]\w*)", text)} - {"amazon"}
    known = {name.removeprefix("pulumi_aws.").removesuffix(".*") for name in followed}
    missing = {name for name in used if name.removesuffix("_output") not in known}
    assert used and missing == set(), "add them to the list in pyproject.toml"
