"""Each thing in its one place: commits, connections, the clock, locks, the environment, the network."""

import ast
from collections.abc import Iterator

import pytest

from tidy.source import Check, Module, calls, findings, imports, none, sample, texts

EDGES = {"kit", "web", "jobs", "cli"}
COMMITS = {"kit/db.py"}
CONNECTS = {"kit/db.py", "kit/schema.py", "kit/embedded/cluster.py", "jobs/leader.py"}
CLOCKS = ("now", "utcnow", "today", "time_ns", "uuid1", "uuid4", "uuid7", "system_clock")
LOCKING = ("FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE", "SKIP LOCKED", "_ADVISORY_")
# The lead is held by a connection of its own for as long as a worker lives, not by a transaction.
LOCKERS = {"kit/locks.py", "jobs/leader.py"}


def commits(module: Module) -> Iterator[str]:
    if module.path not in COMMITS:
        yield from calls(module, "commit", "rollback")


def connects(module: Module) -> Iterator[str]:
    """`engine.begin()` and `engine.connect()`: a way past `kit.db.transaction`."""
    if module.path not in CONNECTS:
        yield from calls(module, "connect", "begin", "begin_nested", "create_engine", "create_async_engine")


def asks_the_clock(module: Module) -> Iterator[str]:
    if module.floor not in EDGES:
        yield from calls(module, *CLOCKS)
        # Without arguments it is the clock; with them it is an hour of the day.
        yield from (call for call in calls(module, "time") if "time.time" in call)


def makes_ids_in_rules(module: Module) -> Iterator[str]:
    """A maker of ids may be handed in; a rule does not reach for one."""
    if "rules" not in module.path:
        return
    yield from calls(module, *CLOCKS)
    for line, name in imports(module):
        if name in {
            "vouchermarket.kit.ids.new_id",
            "vouchermarket.kit.ids",
            "vouchermarket.kit.clock.system_clock",
        }:
            yield f"{line} {name}"


def locks(module: Module) -> Iterator[str]:
    if module.path in LOCKERS:
        return
    yield from calls(module, "with_for_update")
    for line, text in texts(module):
        if any(word in text.upper() for word in LOCKING):
            yield f"{line} {text[:60]}"


def reads_the_environment(module: Module) -> Iterator[str]:
    if module.path == "settings.py":
        return
    yield from calls(module, "getenv")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb"}:
            yield f"{node.lineno} os.{node.attr}"


def leaves_the_building(module: Module) -> Iterator[str]:
    if module.path.startswith(("payments/gateways/", "identity/oidc")) or module.path == "kit/mail.py":
        return
    for line, name in imports(module):
        if name.split(".")[0] in {"httpx", "requests", "aiohttp", "socket", "smtplib"} or name.startswith(
            "urllib.request"
        ):
            yield f"{line} {name}"


def reaches_for_transfers(module: Module) -> Iterator[str]:
    """Value moves through `ledger.operations`. Reporting reads (figures, trace, invariants)."""
    if module.floor in {"ledger", "reporting"}:
        return
    for line, name in imports(module):
        if name.startswith("vouchermarket.ledger.tables"):
            yield f"{line} {name}"


def schedules(module: Module) -> Iterator[str]:
    if module.path == "jobs/schedule.py":
        return
    for line, name in imports(module):
        if name.split(".")[0] == "apscheduler":
            yield f"{line} {name}"


CHECKS: dict[Check, tuple[str, str]] = {
    commits: ("booking/operations.py", "async def f(session): await session.commit()"),
    connects: ("reporting/queries.py", "async def f(engine):\n async with engine.begin() as c: ..."),
    asks_the_clock: ("booking/operations.py", "import datetime\nat = datetime.datetime.now(datetime.UTC)"),
    makes_ids_in_rules: (
        "booking/rules/decide.py",
        "from vouchermarket.kit.ids import new_id\nid = new_id()",
    ),
    locks: ("vouchers/queries.py", 'text("SELECT id FROM voucher FOR NO KEY UPDATE")'),
    reads_the_environment: ("web/app.py", "import os\nos.environ['HOME']"),
    leaves_the_building: ("settlement/operations.py", "import httpx"),
    reaches_for_transfers: ("booking/operations.py", "from vouchermarket.ledger.tables import transfer"),
    schedules: ("jobs/sweeps.py", "from apscheduler.schedulers.asyncio import AsyncIOScheduler"),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nothing_is_done_outside_its_place(check: Check) -> None:
    none(findings(check))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_check_of_a_place_can_fail(check: Check) -> None:
    assert findings(check, [sample(*CHECKS[check])])


def test_a_docstring_may_speak_of_locks() -> None:
    assert not findings(locks, [sample("a.py", '"""Rows are locked FOR NO KEY UPDATE by kit.locks."""')])
