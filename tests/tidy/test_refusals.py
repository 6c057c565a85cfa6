"""A refusal has a unique code, two languages that say the same, a remedy, a line in the document, a test."""

import ast
import re
from collections.abc import Iterable, Iterator

from tidy.source import ROOT, Module, modules_of_tests, none, sample
from vouchermarket.cli import refusals
from vouchermarket.kit.refusal import Kind, Refusal, placeholders

CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CLAUSE = re.compile(r"[A-Z]{2,}[A-Z0-9]*-[A-Z0-9.-]+")


def faults(refusal: type[Refusal]) -> Iterator[str]:
    """What is wrong with one class."""
    if not CODE.fullmatch(refusal.code):
        yield f"{refusal.code}: not snake_case"
    if refusal.__name__.endswith(("Error", "Exception")):
        yield f"{refusal.code}: {refusal.__name__} is no noun phrase"
    if not all((refusal.zh, refusal.en, refusal.remedy_zh, refusal.remedy_en)):
        yield f"{refusal.code}: a text or a remedy is missing"
    if placeholders(refusal.zh) != placeholders(refusal.en):
        yield f"{refusal.code}: the two texts speak of different facts"
    if placeholders(refusal.remedy_zh) != placeholders(refusal.remedy_en):
        yield f"{refusal.code}: the two remedies speak of different facts"
    if refusal.clause is not None and not CLAUSE.fullmatch(refusal.clause):
        yield f"{refusal.code}: {refusal.clause} is no clause"
    if not (
        ".rules" in refusal.__module__
        or refusal.__module__.startswith(("vouchermarket.kit.", "vouchermarket.web"))
    ):
        yield f"{refusal.code}: declared in {refusal.__module__}, not in a rules.py"


def repeated(codes: Iterable[str]) -> set[str]:
    listed = list(codes)
    return {code for code in listed if listed.count(code) > 1}


def raised_in(tests: Iterable[Module]) -> set[str]:
    """Every string (a code asserted), and every class that is named to be compared with.

    A class that is only called, and so only made, was raised by nobody: that does not count.
    """
    found: set[str] = set()
    for module in tests:
        if module.path.startswith("tests/tidy/"):
            continue
        made = {id(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.Attribute | ast.Name) and id(node) not in made:
                found.add(node.attr if isinstance(node, ast.Attribute) else node.id)
    return found


def test_every_refusal_is_whole() -> None:
    none(fault for refusal in refusals.gather() for fault in faults(refusal))


def test_no_code_is_used_twice() -> None:
    assert repeated(refusal.code for refusal in refusals.gather()) == set()


def test_every_refusal_stands_in_the_document() -> None:
    written = (ROOT / "docs" / "refusals.md").read_text()
    assert written == refusals.page(), "run `make refusals`"


def test_every_refusal_is_raised_by_a_test() -> None:
    seen = raised_in(modules_of_tests())
    every = refusals.gather()
    none(
        f"{refusal.code}: raised by no test"
        for refusal in every
        if not {refusal.code, refusal.__name__} & seen
    )


def test_the_checks_of_refusals_can_fail() -> None:
    lacking = type(
        "RunFullError", (Refusal,), {"code": "Run-Full", "zh": "{a}", "en": "{b}", "kind": Kind.CONFLICT}
    )
    lacking.clause = "article 22"
    assert len(list(faults(lacking))) == 6
    # Not to be found as a refusal of the house by the checks above.
    lacking.code = ""
    assert repeated(["run_full", "run_full", "run_shut"]) == {"run_full"}
    bad = sample("tests/booking/test_rules.py", "def test_refuses(): rules.RunFull(run_id=1)")
    good = sample(
        "tests/booking/test_rules.py", "def test_refuses():\n with pytest.raises(rules.RunFull): f()"
    )
    by_code = sample("tests/web/test_api.py", "assert answer['code'] == 'run_full'")
    assert not {"RunFull", "run_full"} & raised_in([bad])
    assert "RunFull" in raised_in([good])
    assert "run_full" in raised_in([by_code])
