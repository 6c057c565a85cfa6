"""The shape of a slice: short handlers, pure rules, verbs called by their slice, and nothing left behind."""

import ast
import re
from collections.abc import Iterator

import pytest

from tidy.source import (
    Check,
    Module,
    called,
    calls,
    findings,
    functions,
    imports,
    modules,
    modules_of_tests,
    none,
    sample,
)

HANDLER_LINES_MAX = 15
ROUTES = {"get", "post", "put", "patch", "delete", "head"}
# Edges put the slices together; they may name what they like.
EDGES = {"web", "jobs", "cli", "app", "reporting"}
_VERBS = re.compile(r"vouchermarket\.(\w+)\.(operations|queries)\.")
_LEFT_BEHIND = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
_SILENCED = re.compile(r"# (?:noqa(?:: [A-Z0-9, ]+)?|(?:type|pyright): ignore(?:\[[\w, -]+\])?)(.*)")


def long_handler(module: Module) -> Iterator[str]:
    """One domain call per handler: what grows beyond that belongs into a slice."""
    if module.floor != "web":
        return
    for function in functions(module):
        decorators = [node for node in function.decorator_list if isinstance(node, ast.Call)]
        if not any(called(decorator) in ROUTES for decorator in decorators):
            continue
        spoken = ast.get_docstring(function) is not None
        body = function.body[1:] if spoken else function.body
        lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
        if lines > HANDLER_LINES_MAX:
            yield f"{function.lineno} {function.name} has {lines} lines"


def impure_rule(module: Module) -> Iterator[str]:
    """Facts in, verdict out: nothing is awaited, opened or printed."""
    if "/rules" not in f"/{module.path.removesuffix('.py')}":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await):
            yield f"{node.lineno} waits for something"
    yield from calls(module, "open", "print", "execute", "urlopen")


def verb_without_its_slice(module: Module) -> Iterator[str]:
    """`from vouchermarket.ledger import operations as ledger`: a call says on which floor it lands."""
    for line, name in imports(module):
        found = _VERBS.match(f"{name}.")
        deeper = found and found.end() < len(name)
        if found and deeper and found.group(1) != module.floor and module.floor not in EDGES:
            yield f"{line} {name}"


def relationship(module: Module) -> Iterator[str]:
    """Rows are read by queries into structs; nothing is loaded behind the reader's back."""
    yield from calls(module, "relationship", "backref", "lazyload")


def left_behind(module: Module) -> Iterator[str]:
    for number, line in enumerate(module.text.splitlines(), start=1):
        if _LEFT_BEHIND.search(line):
            yield f"{number} {line.strip()[:80]}"
        silenced = _SILENCED.search(line)
        if silenced and not re.search(r"\w{3}", silenced.group(1)):
            yield f"{number} silenced without a reason: {line.strip()[:80]}"


def skipped(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "xfail", "importorskip"}:
            yield f"{node.lineno} {ast.unparse(node)}"


LONG = '@post("/bookings")\nasync def book(data):\n    """Book."""\n' + "    x = 1\n" * 16
BAD: list[tuple[Check, str, str]] = [
    (long_handler, "web/api/booking.py", LONG),
    (impure_rule, "booking/rules.py", "async def decide(): ..."),
    (impure_rule, "policies/rules/credit.py", "text = open('pack.toml')"),
    (verb_without_its_slice, "booking/operations.py", "from vouchermarket.ledger.operations import hold"),
    (
        verb_without_its_slice,
        "booking/operations.py",
        "from vouchermarket.ledger.queries.accounts import balance",
    ),
    (relationship, "booking/tables.py", "runs = relationship('Run')"),
    (left_behind, "booking/rules.py", "x = 1  # TODO later"),
    (left_behind, "booking/rules.py", "x = 1  # type: ignore[arg-type]"),
    (left_behind, "booking/rules.py", "x = 1  # noqa: S101"),
]


@pytest.mark.parametrize(
    "check", dict.fromkeys(check for check, _, _ in BAD), ids=lambda check: check.__name__
)
def test_a_slice_has_its_shape(check: Check) -> None:
    none(findings(check, modules()))


def test_no_test_is_skipped_and_nothing_is_left_behind_in_tests() -> None:
    none(findings(skipped, modules_of_tests()))
    # The tidy tests hold bad samples on purpose.
    none(findings(left_behind, [test for test in modules_of_tests() if "/tidy/" not in test.path]))


@pytest.mark.parametrize(("check", "path", "bad"), BAD)
def test_the_checks_of_shape_can_fail(check: Check, path: str, bad: str) -> None:
    assert findings(check, [sample(path, bad)])


def test_what_is_well_made_passes() -> None:
    assert findings(skipped, [sample("tests/a.py", "@pytest.mark.skip\ndef test_a(): ...")])
    module = "from vouchermarket.ledger import operations as ledger\nx = 1  # noqa: S101 - the reason\n"
    assert not findings(verb_without_its_slice, [sample("booking/operations.py", module)])
    assert not findings(left_behind, [sample("booking/operations.py", module)])
    assert not findings(long_handler, [sample("web/api/booking.py", LONG.removesuffix("    x = 1\n"))])
