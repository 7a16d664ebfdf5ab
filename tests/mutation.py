"""Breaks the code on purpose, one small change at a time, and tells which changes no test notices.

    python tests/mutation.py infra --tests tests/unit
    cd backend && ../.tools/backend/bin/python ../tests/mutation.py app/guard.py --tests tests

Every change ("mutant") is made in a copy of the checkout, and the tests run in a process forked from one that has the
libraries imported already, so that a mutant costs its tests and no start-up. Unlike the mutation tools on PyPI, which
change what functions do, this one also changes module-level tables and the arguments of calls: that is what a
declarative program consists of.

Not mutated, because no test should hold them: docstrings, annotations, decorators, imports, `if TYPE_CHECKING`, and the
words of errors, logs and descriptions. Needs nothing but pytest.
"""

import argparse
import ast
import contextlib
import copy
import importlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

FIRST = 8  # tests that noticed earlier mutants of a file, which run before all others
SLOWER = 4.0  # times the duration of the whole tier, after which a mutant counts as noticed: it hangs
OPPOSITE: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
}  # fmt: skip
# Calls and keywords whose texts are for a person to read.
WORDS = {"description", "help", "fail", "progress", "echo", "print", "debug", "info", "warning", "error", "exception"}


# Libraries are imported before pytest can rewrite their asserts or the tests can ask for their parts one by one.
QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning", "-W", "ignore::DeprecationWarning")


@dataclass(frozen=True)
class Mutant:
    file: Path
    number: int
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def shown(node: ast.AST | None) -> str:
    text = " ".join(ast.unparse(node).split()) if node else "nothing"
    return text if len(text) <= 60 else text[:57] + "…"


class Mutator(ast.NodeTransformer):
    """Numbers the changes that a file allows, and makes the one that is asked for."""

    def __init__(self, wanted: int | None = None) -> None:
        self.wanted = wanted
        self.found: list[tuple[int, str]] = []
        self.are_words = False

    def chosen(self, node: ast.AST, what: str) -> bool:
        self.found.append((getattr(node, "lineno", 0), what))
        return len(self.found) - 1 == self.wanted

    # What is passed over.

    def visit_Import(self, node: ast.Import) -> ast.AST:
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        node.defaults = [self.visit(default) for default in node.defaults]
        node.kw_defaults = [default and self.visit(default) for default in node.kw_defaults]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.args = self.visit(node.args)
        node.body = self.block(node.body)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = self.block(node.body)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.value = node.value and self.visit(node.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        is_type = isinstance(node.value, ast.Subscript) and shown(node.value).startswith(
            ("Callable[", "dict[", "list[")
        )
        if not is_type:
            node.value = self.visit(node.value)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if shown(node.value) in ("Annotated", "Literal"):
            return node
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return self.words(node)

    def words(self, node: ast.AST) -> ast.AST:
        outer, self.are_words = self.are_words, True
        self.generic_visit(node)
        self.are_words = outer
        return node

    # What is changed.

    def visit_Module(self, node: ast.Module) -> ast.AST:
        node.body = self.block(node.body)
        return node

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in statements:
            is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            removable = isinstance(statement, ast.Expr | ast.AugAssign | ast.Raise | ast.Continue | ast.Break)
            is_talk = isinstance(statement, ast.Expr) and called(statement.value) in WORDS - {"fail"}
            if is_docstring or (isinstance(statement, ast.If) and shown(statement.test) == "TYPE_CHECKING"):
                result.append(statement)
            elif removable and not is_talk and self.chosen(statement, f"without `{shown(statement)}`"):
                result.append(ast.copy_location(ast.Pass(), statement))
            else:
                result.append(self.visit(statement))
        return result

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list) and statements and isinstance(statements[0], ast.stmt):
                setattr(node, name, self.block(statements))
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and not (value and isinstance(value[0], ast.stmt)):
                value[:] = [self.visit(item) if isinstance(item, ast.AST) else item for item in value]
            elif isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bool):
            changed: bool | int | float | str = not value
        elif isinstance(value, int | float):
            changed = value + 1
        elif isinstance(value, str) and not self.are_words:
            changed = value + "XX"
        else:
            return node
        return ast.copy_location(ast.Constant(changed), node) if self.chosen(node, f"{value!r} → {changed!r}") else node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        node.ops = [self.opposite(node, operator) for operator in node.ops]  # type: ignore[misc]
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        node.op = self.opposite(node, node.op)  # type: ignore[assignment]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        node.op = self.opposite(node, node.op)  # type: ignore[assignment]
        return node

    def opposite(self, node: ast.AST, operator: ast.AST) -> ast.AST:
        other = OPPOSITE.get(type(operator))
        if other and self.chosen(node, f"{type(operator).__name__} → {other.__name__} in `{shown(node)}`"):
            return other()
        return operator

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and self.chosen(node, f"`{shown(node)}` without not"):
            return node.operand
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        return self.negated(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        return self.negated(node)

    def negated(self, node: ast.If | ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        plain = isinstance(node.test, ast.Name | ast.Attribute | ast.Call | ast.NamedExpr | ast.Subscript)
        if plain and self.chosen(node, f"`if {shown(node.test)}` the other way round"):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if node.value and shown(node.value) != "None" and self.chosen(node, f"None instead of `{shown(node.value)}`"):
            node.value = ast.Constant(None)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if called(node) in WORDS:
            return self.words(node)
        self.generic_visit(node)
        for keyword in list(node.keywords):
            if keyword.arg not in WORDS and self.chosen(keyword, f"without `{shown(keyword)}`"):
                node.keywords.remove(keyword)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return self.words(node) if node.arg in WORDS else self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        self.generic_visit(node)
        pairs = [
            (key, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if not self.chosen(value, f"without the entry {shown(key)}")
        ]
        node.keys, node.values = [key for key, _ in pairs], [value for _, value in pairs]
        return node

    def elements(self, node: ast.List | ast.Tuple | ast.Set) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            return node
        node.elts = [element for element in node.elts if not self.chosen(element, f"without element {shown(element)}")]
        return node

    visit_List = elements  # noqa: N815
    visit_Tuple = elements  # noqa: N815


def called(node: ast.AST) -> str:
    """The last name of what a call calls: `echo` of `click.echo(…)`."""
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def mutants(file: Path) -> list[Mutant]:
    mutator = Mutator()
    mutator.visit(ast.parse(file.read_text()))
    return [Mutant(file, number, line, what) for number, (line, what) in enumerate(mutator.found)]


def mutated(mutant: Mutant) -> str:
    tree = ast.parse(mutant.file.read_text())
    return ast.unparse(ast.fix_missing_locations(Mutator(mutant.number).visit(copy.deepcopy(tree))))


class Noticed:
    """A pytest plugin that writes down the first test that fails."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.file.exists():
            self.file.write_text(report.nodeid)


@dataclass
class Slot:
    """A copy of the checkout, for one mutant at a time."""

    top: Path
    folder: Path  # in it, where the tests run
    mutant: Mutant | None = None
    started: float = 0.0


@dataclass
class Run:
    """A whole mutation run from the present folder."""

    tests: list[str]
    slots: list[Slot]
    killers: dict[Path, list[str]] = field(default_factory=dict)
    survivors: list[Mutant] = field(default_factory=list)
    killed: int = 0
    timeout: float = 600.0

    def child(self, slot: Slot, mutant: Mutant | None) -> int:
        """Fork a process that runs the tests in the slot, there with the mutant; returns its id."""
        if mutant:
            (slot.folder / mutant.file).write_text(mutated(mutant))
        slot.mutant, slot.started = mutant, time.monotonic()
        if pid := os.fork():
            return pid
        os.setsid()
        status = 1
        try:
            status = run_tests(slot, self.tests, self.killers.get(mutant.file, []) if mutant else [])
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def all_of(self, waiting: list[Mutant]) -> None:
        total, busy, idle = len(waiting), dict[int, Slot](), list(self.slots)
        waiting = waiting[::-1]
        while waiting or busy:
            while waiting and idle:
                slot = idle.pop()
                busy[self.child(slot, waiting.pop())] = slot
            pid, status = self.next_end(busy)
            slot = busy.pop(pid)
            self.note(slot, status)
            idle.append(slot)
            done = self.killed + len(self.survivors)
            print(f"\r{done}/{total}, {len(self.survivors)} not noticed ", end="", file=sys.stderr, flush=True)

    def next_end(self, busy: dict[int, Slot]) -> tuple[int, int]:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid in busy:
                end_group(pid)
                return pid, status
            for late in [pid for pid, slot in busy.items() if time.monotonic() - slot.started > self.timeout]:
                end_group(late)
                os.waitpid(late, 0)
                return late, 1
            time.sleep(0.01)

    def note(self, slot: Slot, status: int) -> None:
        mutant = slot.mutant
        assert mutant
        shutil.copyfile(mutant.file, slot.folder / mutant.file)
        found = slot.top / "noticed"
        if status == 0:
            self.survivors.append(mutant)
            print(f"\r{mutant}", flush=True)
            return
        self.killed += 1
        if found.exists():
            killer = found.read_text()
            known = [test for test in self.killers.get(mutant.file, []) if test != killer]
            self.killers[mutant.file] = [killer, *known][:FIRST]
            found.unlink()


def end_group(pid: int) -> None:
    """End what a test process started and left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def run_tests(slot: Slot, tests: list[str], first: list[str]) -> int:
    """In the forked process: run `first`, then all tests, until one fails."""
    origin = Path.cwd()
    os.chdir(slot.folder)
    sys.dont_write_bytecode = True
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(slot.folder)}
    sys.path[:] = [str(slot.folder), *(path for path in sys.path if path and Path(path).resolve() != origin)]
    sink = os.open(slot.top / "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    noticed = Noticed(slot.top / "noticed")
    options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", *QUIET]
    for chosen in ([first] if first else []) + [tests]:
        if pytest.main([*options, *chosen], plugins=[noticed]):
            return 1
    return 0


def make_slot(top: Path) -> Slot:
    """A copy of the files that git knows; what is installed beside them is linked."""
    root = Path(git("rev-parse", "--show-toplevel").strip())
    for name in git("-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (root / name).is_file():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, top / name)
            shutil.copymode(root / name, top / name)
    for name in (".venv", ".tools", "frontend/node_modules"):
        if (root / name).exists():
            (top / name).symlink_to(root / name)
    return Slot(top=top, folder=top / Path.cwd().relative_to(root))


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout


def import_libraries(slot: Slot, tests: list[str]) -> None:
    """Import what the tests import beside the checkout itself; forked processes have it then."""
    ask = (
        "import sys, pytest\n"
        f"pytest.main(['--collect-only', '-q', '-p', 'no:cacheprovider', *{tests!r}])\n"
        "print('\\n'.join(['LIBRARIES', *(n for n, m in list(sys.modules.items()) "
        f"if (getattr(m, '__file__', None) or '') and {str(slot.top)!r} not in m.__file__)]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(slot.folder), "PYTHONDONTWRITEBYTECODE": "1"}
    answer = subprocess.run(
        [sys.executable, "-c", ask], cwd=slot.folder, env=environment, capture_output=True, text=True, check=True
    ).stdout
    for name in answer.split("LIBRARIES\n", 1)[1].splitlines():
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def python_files(places: list[str]) -> Iterator[Path]:
    for place in map(Path, places):
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", help="files or folders to break")
    parser.add_argument("--tests", nargs="+", required=True, help="what pytest runs, as it takes it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sample", type=int, help="so many mutants, drawn at random but always the same ones")
    parser.add_argument("--list", action="store_true", help="print the mutants and run nothing")
    options = parser.parse_args()
    # The script's own folder, which Python puts first: a folder of tests may have a library's name.
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]
    found = [mutant for file in python_files(options.sources) for mutant in mutants(file)]
    if options.sample and options.sample < len(found):
        found = sorted(random.Random(0).sample(found, options.sample), key=str)  # noqa: S311
    if options.list:
        print("\n".join(map(str, found)))
        return
    with tempfile.TemporaryDirectory(prefix="mutation-") as scratch:
        slots = []
        for number in range(options.jobs):
            (Path(scratch) / str(number)).mkdir()
            slots.append(make_slot(Path(scratch) / str(number)))
        run = Run(tests=options.tests, slots=slots)
        import_libraries(slots[0], options.tests)
        _, status = os.waitpid(run.child(slots[0], None), 0)
        if status:
            sys.exit(f"the tests fail without a mutant:\n{(slots[0].top / 'output').read_text()}")
        run.timeout = SLOWER * (time.monotonic() - slots[0].started) + 10
        run.all_of(found)
    print(f"\r{run.killed} of {len(found)} noticed, {run.killed / max(1, len(found)):.1%}")


if __name__ == "__main__":
    main()
