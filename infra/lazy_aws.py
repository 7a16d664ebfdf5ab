"""Makes `import pulumi_aws` load only the classes that are used. Import this module before it.

Each package of `pulumi_aws` imports all of its modules: `pulumi_aws.ec2` alone has 180, for the few classes that a
program names. That was more than half of the time of an `up` without changes (`python -m benchmarks`). Here a package
starts empty (`LazyPackage`) and imports a module when one of its names is asked for: `LaunchTemplate` is in
`launch_template.py`, `LaunchTemplate…Args` in `_inputs.py`. A name that is not found this way is looked up as usual, by
importing the whole package: a file name that does not follow the rule costs time, and nothing else.

Of the rest, nearly all of the time was the evaluation of annotations that only type checkers read: `_inputs.py` and
`outputs.py` have hundreds of classes each. They are compiled without that (`LeanLoader`).
"""

import __future__

import importlib.util
import re
import sys
from collections.abc import Iterator
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, cast

from pulumi._utils import lazy_import

SDK = "pulumi_aws"
OF_MANY_CLASSES = re.compile(r"/(_inputs|outputs)\.[^/]+$")  # their sources, and what is compiled of them


class LeanLoader(SourceFileLoader):
    """Compiles `_inputs.py` and `outputs.py` so that annotations are evaluated when Pulumi asks for a class's types.

    It is as if they began with `from __future__ import annotations`. The classes `…ArgsDict`, which describe
    dictionaries to type checkers, become plain subclasses of `dict`: a TypedDict would evaluate its annotations.
    """

    def source_to_code(self, data: Any, path: Any, **options: Any) -> CodeType:  # type: ignore[override]  # of bytes
        if not OF_MANY_CLASSES.search(path):
            return super().source_to_code(data, path, **options)
        lean = bytes(data).replace(b"(TypedDict):", b"(dict):")
        return cast(CodeType, compile(lean, path, "exec", __future__.annotations.compiler_flag, dont_inherit=True))

    def get_data(self, path: str) -> bytes:
        return super().get_data(cached(path))

    def set_data(self, path: str, data: Any, **options: Any) -> None:
        super().set_data(cached(path), data, **options)


def cached(path: str) -> str:
    """Where the lean code is kept: beside what Python compiles itself. Whoever changes that code takes a new name."""
    return re.sub(r"\.pyc$", ".lean.pyc", path) if OF_MANY_CLASSES.search(path) else path


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
        # A lookup's module has the name of its function.
        ways = (self._member, self._submodule) if name.startswith("get_") else (self._submodule, self._member)
        value = ways[0](name) or ways[1](name) or self._member_of_the_whole(name)
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
    """Register an empty package for each that the SDK has, and the loader of their modules."""
    sdk = importlib.util.find_spec(SDK)
    for folder in map(Path, (sdk and sdk.submodule_search_locations) or ()):
        use_lean_loader(folder)
        for init in folder.glob("*/__init__.py"):
            name = f"{SDK}.{init.parent.name}"
            if spec := importlib.util.spec_from_file_location(name, init):
                package = importlib.util.module_from_spec(spec)
                package.__class__ = LazyPackage
                sys.modules.setdefault(name, package)


def use_lean_loader(sdk: Path) -> None:
    """Load all modules below the folder with it."""
    make_finder = FileFinder.path_hook((LeanLoader, SOURCE_SUFFIXES))

    def hook(folder: str) -> FileFinder:
        if not Path(folder).is_relative_to(sdk):
            raise ImportError(f"{folder} is not the SDK's")  # Python asks its next hook
        return cast(FileFinder, make_finder(folder))

    sys.path_hooks.insert(0, hook)


install()
