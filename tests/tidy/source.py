"""What the tidy tests look at: the modules of the package as syntax trees, and the tracked files."""

import ast
import functools
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "vouchermarket"
TESTS = ROOT / "tests"


class Module(NamedTuple):
    """A file as the checks see it; `path` is relative to the package (or to the repository for tests)."""

    path: str
    text: str
    tree: ast.Module

    @property
    def floor(self) -> str:
        """The top folder or file under the package: `booking`, `kit`, `settings`."""
        return self.path.split("/")[0].removesuffix(".py")


Check = Callable[[Module], Iterable[str]]


def sample(path: str, text: str) -> Module:
    """A made-up module, to prove that a check can fail."""
    return Module(path, text, ast.parse(text))


@functools.cache
def modules() -> tuple[Module, ...]:
    """The package without its migrations, which are records and not code that is called."""
    found = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
    return tuple(sample(path.relative_to(PACKAGE).as_posix(), path.read_text()) for path in found)


@functools.cache
def modules_of_tests() -> tuple[Module, ...]:
    """All test files, the tidy ones too."""
    return tuple(
        sample(path.relative_to(ROOT).as_posix(), path.read_text()) for path in sorted(TESTS.rglob("*.py"))
    )


@functools.cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository, relative to its root: as git knows them, or all where there is no git."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return tuple(
            path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file() and not _ignored(path)
        )
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(Path(name) for name in listed.split("\0") if name and (ROOT / name).exists())


def _ignored(path: Path) -> bool:
    unwanted = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    inside = path.relative_to(ROOT)
    folders = [*inside.parents, inside]
    return any(folder.match(pattern) for folder in folders for pattern in [*unwanted, ".git"])


def findings(check: Check, within: Iterable[Module] | None = None) -> list[str]:
    """Everything the check finds, as `path:line what`."""
    looked_at = modules() if within is None else within
    return [f"{module.path}:{finding}" for module in looked_at for finding in check(module)]


def none(found: Iterable[object]) -> None:
    """Fail with the whole list, one finding a line: it is read by somebody who will go and mend them."""
    listed = [str(finding) for finding in found]
    if listed:
        pytest.fail("\n".join(listed), pytrace=False)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called(node: ast.Call) -> str:
    """The last name of what is called: `commit` for `session.commit()`."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def calls(module: Module, *names: str) -> Iterator[str]:
    """Findings for every call of one of these names."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and called(node) in names:
            yield f"{node.lineno} {ast.unparse(node.func)}()"


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Everything imported, as dotted names with their lines: `a.b.c` for `from a.b import c`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def texts(module: Module) -> Iterator[tuple[int, str]]:
    """String constants that are not docstrings, with their lines."""
    spoken = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
            yield node.lineno, node.value
