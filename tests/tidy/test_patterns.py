"""Every regular expression of the code, on 100 kB of what is worst for it (docs/trust.md 42)."""

import ast
import importlib
import re
import re._parser as parser
import time
from collections.abc import Iterator
from itertools import product
from typing import Any

from tidy.source import Module, modules, none

LENGTH = 100_000
MILLISECONDS_MAX = 50
METHODS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
# What breaks a match off after it has gone well for long: where backtracking would begin.
ENDS = ("", "\x00!")


def patterns(module: Module, names: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """What is given to `re`, and to `pattern=` of bounded types, with its line."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        told = [one.value for one in node.keywords if one.arg == "pattern"]
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re":
            told += node.args[:1] if node.func.attr in METHODS else []
        for one in told:
            # What only a running function knows could be anything, and fails here by its name.
            value = eval(compile(ast.Expression(one), module.path, "eval"), names)  # noqa: S307 - our own source
            yield node.lineno, value.pattern if isinstance(value, re.Pattern) else value


def every_pattern() -> dict[str, str]:
    """Each pattern by the first place it stands at."""
    found: dict[str, str] = {}
    for module in modules():
        if "re." not in module.text and "pattern=" not in module.text:
            continue
        name = "vouchermarket." + module.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for line, pattern in patterns(module, vars(importlib.import_module(name))):
            if isinstance(pattern, str):
                found.setdefault(pattern, f"{module.path}:{line}")
    return found


def members(pattern: str) -> list[str]:
    """A character of each kind the pattern tells apart, and its literal words."""
    found: dict[str, None] = {"a": None, "0": None, " ": None}
    words: list[str] = []

    def look(part: Any) -> None:
        word = ""
        for operation, argument in part:
            if operation is parser.LITERAL:
                word += chr(argument)
                found.setdefault(chr(argument))
                continue
            words.append(word)
            word = ""
            _look_into(operation, argument)
        words.append(word)

    def _look_into(operation: Any, argument: Any) -> None:
        if operation is parser.RANGE:
            found.setdefault(chr(argument[0]))
        if operation is parser.NOT_LITERAL:
            found.setdefault(chr(argument))
        for each in argument if isinstance(argument, tuple | list) else ():
            if isinstance(each, parser.SubPattern):
                look(each)
            elif isinstance(each, list) or (isinstance(each, tuple) and len(each) == 2):
                look([each] if isinstance(each, tuple) else [one for one in each if len(one) == 2])

    look(parser.parse(pattern))
    return [*list(found)[:10], *sorted({word for word in words if len(word) > 1})[:4]]


def hostile(pattern: str) -> Iterator[str]:
    """100 kB of one kind of character, of two in turn, and of each literal word; then something else."""
    kinds = members(pattern)
    units = [*kinds, *("".join(pair) for pair in product(kinds[:6], repeat=2) if pair[0] != pair[1])]
    for unit in units:
        text = unit * (LENGTH // len(unit))
        yield from (text + end for end in ENDS)


def milliseconds(compiled: "re.Pattern[str]", text: str) -> float:
    """Of the processor's time, at the quickest of three tries: a busy machine is slow for everything."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time_ns()
        compiled.search(text)
        compiled.fullmatch(text)
        best = min(best, (time.process_time_ns() - begun) / 1e6)
        if best < MILLISECONDS_MAX:
            break
    return best


def slowest(pattern: str) -> float:
    """The worst of all, ended by the first that takes too long."""
    compiled, worst = re.compile(pattern), 0.0
    for text in hostile(pattern):
        worst = max(worst, milliseconds(compiled, text))
        if worst >= MILLISECONDS_MAX:
            break
    return worst


def test_every_pattern_answers_at_once_whatever_it_is_given() -> None:
    found = every_pattern()
    assert len(found) >= 20
    took = {place: slowest(pattern) for pattern, place in found.items()}
    none(f"{place} took {worst:.0f} ms" for place, worst in took.items() if worst >= MILLISECONDS_MAX)


def test_a_slow_pattern_is_found() -> None:
    """Tried anew from every place, 500 steps each time; a worse one would not come back to be counted."""
    assert slowest(r"a{0,500}b") >= MILLISECONDS_MAX
