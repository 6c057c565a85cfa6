"""Small on purpose. A cap is raised by a decision record, never here alone."""

import ast
from collections.abc import Iterator

from tidy.source import Module, findings, functions, modules, modules_of_tests, none, sample

FILE_LINES_MAX = 300
TEST_FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
PARAMETERS_MAX = 7
# What every verb of the house takes; they are not counted.
CUSTOMARY = {"self", "cls", "session", "key", "now", "actor"}


def long_file(module: Module) -> Iterator[str]:
    cap = TEST_FILE_LINES_MAX if module.path.startswith("tests/") else FILE_LINES_MAX
    lines = len(module.text.splitlines())
    if lines > cap:
        yield f"1 {lines} lines"


def long_function(module: Module) -> Iterator[str]:
    for function in functions(module):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield f"{function.lineno} {function.name} has {lines} lines"


def many_parameters(module: Module) -> Iterator[str]:
    for function in functions(module):
        taken = function.args
        named: list[ast.arg] = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs]
        counted = [argument.arg for argument in named if argument.arg not in CUSTOMARY]
        if len(counted) > PARAMETERS_MAX:
            yield f"{function.lineno} {function.name} takes {', '.join(counted)}"


def test_no_file_is_longer_than_its_cap() -> None:
    none(findings(long_file, [*modules(), *modules_of_tests()]))


def test_no_function_is_longer_than_a_screen() -> None:
    none(findings(long_function, [*modules(), *modules_of_tests()]))


def test_no_function_takes_more_than_seven_parameters() -> None:
    none(findings(many_parameters))


def test_the_size_checks_can_fail() -> None:
    assert findings(long_file, [sample("booking/rules.py", "x = 1\n" * 301)])
    assert not findings(long_file, [sample("tests/booking/test_rules.py", "x = 1\n" * 400)])
    assert findings(long_file, [sample("tests/booking/test_rules.py", "x = 1\n" * 401)])
    assert findings(long_function, [sample("booking/rules.py", "def f():\n" + "    x = 1\n" * 50)])
    assert findings(many_parameters, [sample("a.py", "def f(a, b, c, d, *, e, f, g, h): ...")])
    assert not findings(many_parameters, [sample("a.py", "def f(session, a, b, c, d, e, f, g, *, now): ...")])
