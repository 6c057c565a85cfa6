"""Words that mean one thing, and words that mean nothing."""

import ast
import re
from collections.abc import Iterator

import pytest

from tidy.source import Check, Module, findings, functions, modules, none, sample

EMPTY_WORDS = {"item", "items", "data", "info", "manager", "service", "helper", "helpers", "util", "utils"}
EMPTY_FILES = EMPTY_WORDS | {
    "repository",
    "repositories",
    "exceptions",
    "services",
    "managers",
    "common",
    "misc",
}
EMPTY_ENDINGS = {
    "Manager",
    "Service",
    "Helper",
    "Util",
    "Utils",
    "Repository",
    "Info",
    "Data",
    "Item",
    "Error",
}
# Litestar hands these over by name.
GIVEN_BY_THE_FRAMEWORK = {"web": {"data", "request", "state"}}
# word: (floors that may name things so, what to say instead elsewhere)
TAKEN = {
    "session": ({"kit"}, "run (班次), meeting (one class of it) or login; a database session is `session`"),
    # Gateways refuse to work within a database transaction, and say so.
    "transaction": ({"kit", "payments"}, "transfer, where value moves"),
    "workshop": ({"workshops", "policies", "credits"}, "the mode `base`; a workshop is 工作坊"),
    "debit": (set[str](), "source and target"),
}
# floor: (word, what to say instead there)
FOREIGN = {
    "payments": ("provider", "gateway"),
    "settlement": ("verify", "turn_key"),
    "booking": ("lapse", "time_out"),
    "identity": ("account", "person, organisation or login"),
}
# Whom a payment is for: a training provider after all.
MEANT = {"provider_id"}
SLICE_FILES = {"__init__", "tables", "structs", "rules", "operations", "queries"}
NOT_SLICES = {"__init__", "app", "settings", "kit", "web", "jobs", "cli", "reporting"}
# What a slice has besides the five files, and why.
BESIDES = {
    "payments": {"gateways"},  # the only code that goes out to banks and card networks
    "identity": {"oidc", "passwords"},  # the other way out; hashing in a thread
    "policies": {"packs"},  # reading a pack's files
}


def chosen(module: Module) -> Iterator[tuple[int, str]]:
    """The names that the module itself chooses: classes, functions, parameters, variables, fields."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def words(name: str) -> list[str]:
    """`run_open` and `RunOpen` → run, open."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def empty_name(module: Module) -> Iterator[str]:
    given = GIVEN_BY_THE_FRAMEWORK.get(module.floor, set())
    for line, name in chosen(module):
        ending = re.findall(r"[A-Z][a-z]*", name)[-1:] if name[:1].isupper() else []
        if (name in EMPTY_WORDS - given) or (
            len(ending) == 1 and ending[0] in EMPTY_ENDINGS and not name.isupper()
        ):
            yield f"{line} {name}"


def empty_file_name(module: Module) -> Iterator[str]:
    for part in module.path.removesuffix(".py").split("/"):
        if part in EMPTY_FILES:
            yield f"1 {part}"


def taken_word(module: Module) -> Iterator[str]:
    foreign, instead_there = FOREIGN.get(module.floor, ("", ""))
    for line, name in chosen(module):
        said = words(name)
        for word, (floors, instead) in TAKEN.items():
            is_session = word == "session" and name in {"session", "Session"}
            if word in said and module.floor not in floors and not is_session:
                yield f"{line} {name}: say {instead}"
        if foreign in said and name not in MEANT:
            yield f"{line} {name}: say {instead_there}"


def session_without_type(module: Module) -> Iterator[str]:
    """A parameter `session` is a database session and says so (a lambda cannot)."""
    for function in functions(module):
        for argument in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]:
            said = ast.unparse(argument.annotation) if argument.annotation else ""
            if argument.arg == "session" and not said.endswith("Session"):
                yield f"{argument.lineno} session without its type"


def file_no_slice_has(module: Module) -> Iterator[str]:
    parts = module.path.removesuffix(".py").split("/")
    if parts[0] not in NOT_SLICES and parts[1] not in SLICE_FILES | BESIDES.get(parts[0], set()):
        yield f"1 {parts[1]} is none of the five files of a slice"


BAD: list[tuple[Check, str, str]] = [
    (empty_name, "booking/operations.py", "def f(item): ..."),
    (empty_name, "booking/operations.py", "data = 1"),
    (empty_name, "booking/operations.py", "class BookingService: ..."),
    (empty_name, "booking/rules.py", "class RunFullError(Exception): ..."),
    (empty_file_name, "booking/utils.py", ""),
    (taken_word, "catalogue/structs.py", "class TrainingSession: ..."),
    (taken_word, "ledger/operations.py", "def post_transaction(): ..."),
    (taken_word, "payments/operations.py", "provider = 'stripe'"),
    (taken_word, "settlement/operations.py", "async def verify_statement(): ..."),
    (session_without_type, "identity/operations.py", "def f(session): ..."),
    (file_no_slice_has, "booking/models.py", ""),
]


@pytest.mark.parametrize(
    "check", dict.fromkeys(check for check, _, _ in BAD), ids=lambda check: check.__name__
)
def test_names_say_what_they_mean(check: Check) -> None:
    none(findings(check, modules()))


@pytest.mark.parametrize(("check", "path", "bad"), BAD)
def test_the_checks_of_names_can_fail(check: Check, path: str, bad: str) -> None:
    assert findings(check, [sample(path, bad)])


def test_the_framework_may_call_a_body_data() -> None:
    assert not findings(empty_name, [sample("web/api/booking.py", "async def book(data): ...")])
