"""Makes `import pulumi_aws` load only the classes that are used. Import this module before it.

Each package of `pulumi_aws` imports all of its modules: `pulumi_aws.ec2` alone has 180, for the few classes that a
program names. That was more than half of the time of an `up` without changes (`python -m benchmarks`). Here a package
starts empty and imports a module when one of its names is asked for: `LaunchTemplate` is in `launch_template.py`,
`LaunchTemplate…Args` in `_inputs.py`. A name that is not found this way is looked up as usual, by importing the whole
package: a file name that does not follow the rule costs time, and nothing else.
"""

import importlib.machinery
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from pulumi._utils import lazy_import

SDK = "pulumi_aws"


def module_names(name: str) -> Iterator[str]:
    """The modules of a package that may define a public name, the most likely first."""
    plain = re.sub(r"Args(Dict)?$", "", name)
    if plain != name:
        yield "_inputs"
    yield re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"_output$", "", plain)).lower()


class LazyPackage(ModuleType):
    """A package that imports its modules one by one, when a name of theirs is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = self._submodule(name) or self._member(name) or self._member_of_the_whole(name)
        setattr(self, name, value)
        return value

    def _submodule(self, name: str) -> ModuleType | None:
        path = f"{self.__name__}.{name}"
        if not importlib.util.find_spec(path):
            return None
        # The types of outputs are named by every module, and needed only when an output is read.
        load = lazy_import if name == "outputs" else importlib.import_module
        return cast(ModuleType, load(path))

    def _member(self, name: str) -> Any:
        modules = (self._submodule(module) for module in module_names(name))
        return next((getattr(module, name) for module in modules if hasattr(module, name)), None)

    def _member_of_the_whole(self, name: str) -> Any:
        self.__class__ = ModuleType  # type: ignore[assignment]  # it is complete from here on
        self.__loader__.exec_module(self)  # type: ignore[union-attr]
        return getattr(self, name)


def install() -> None:
    """Register an empty package for each that the SDK has."""
    sdk = importlib.util.find_spec(SDK)
    for folder in map(Path, (sdk and sdk.submodule_search_locations) or ()):
        for init in folder.glob("*/__init__.py"):
            name = f"{SDK}.{init.parent.name}"
            if spec := importlib.util.spec_from_file_location(name, init):
                package = importlib.util.module_from_spec(spec)
                package.__class__ = LazyPackage
                sys.modules.setdefault(name, package)


install()
