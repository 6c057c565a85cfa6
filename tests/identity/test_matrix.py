"""The matrix and the code speak of the same verbs: none is only on paper, none only in code."""

import ast

from tidy.source import Module, called, findings, modules, sample
from vouchermarket.identity import rules


def verbs_of(module: Module) -> set[str]:
    """Verbs a module names: `seats_for(actor, "book")`, `seat_at(actor, "book", …)`, `verb="book"`."""
    named: set[str] = set()
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        spoken = [keyword.value for keyword in node.keywords if keyword.arg == "verb"]
        if called(node) in {"seats_for", "seat_at"} and len(node.args) > 1:
            spoken.append(node.args[1])
        for value in spoken:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                named.add(value.value)
    return named


def unknown(module: Module) -> list[str]:
    return [f"0 {verb}" for verb in sorted(verbs_of(module) - set(rules.matrix()))]


def test_every_verb_of_the_code_stands_in_the_matrix() -> None:
    assert findings(unknown) == []
    assert findings(unknown, [sample("booking/operations.py", 'seats_for(actor, "open_safe")')])
    assert findings(unknown, [sample("web/api/safes.py", 'post("/safes", verb="open_safe")')])


def test_every_verb_of_the_matrix_is_used() -> None:
    used = set[str]().union(*(verbs_of(module) for module in modules()))
    assert set(rules.matrix()) - used == set()
