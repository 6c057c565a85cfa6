"""The demo city behind `vouchermarket serve --demo`: a school year lived, and the next market just opened.

The city lives in its own time. How far that is from the real one is written down beside the data, so that a
server started again tomorrow finds its city a day older.
"""

from datetime import date, datetime
from pathlib import Path

import msgspec

from vouchermarket.cli.demo import market, money
from vouchermarket.cli.demo.city import at
from vouchermarket.cli.demo.waiting import leave_waiting
from vouchermarket.cli.demo.year import live
from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries as people
from vouchermarket.identity.structs import Bureau, MakeToken
from vouchermarket.kit.clock import Clock, system_clock
from vouchermarket.kit.db import Database

CODE = "demo"
YEAR = 2014
OPENED_AT = at(date(YEAR + 1, 3, 16))
NOTE = "demo-clock.json"


class DemoClock(msgspec.Struct, frozen=True):
    """Seconds to be added to the real time to get the city's."""

    offset_seconds: int


async def load(database: Database, seeds: Path, data_dir: Path, teachers: int) -> DemoClock:
    """Find the demo city or invent it: a year behind it, vouchers issued, runs open for booking."""
    noted = _noted(data_dir)
    async with database.registry() as session:
        found = await people.bureau_by_code(session, CODE)
    if found is not None and noted is not None:
        return noted
    lived = await live(database, seeds, CODE, teachers, YEAR)
    await money.appropriate_and_issue(database, lived.city, YEAR + 1)
    opens_at = at(date(YEAR + 1, 3, 14))
    await market.open_runs(database, lived.city, lived.shelf, date(YEAR + 1, 4, 4), opens_at)
    await leave_waiting(database, lived.city, lived.shelf, YEAR + 1)
    return _note(data_dir, DemoClock(round((OPENED_AT - system_clock()).total_seconds())))


def _noted(data_dir: Path) -> DemoClock | None:
    note = data_dir / NOTE
    return msgspec.json.decode(note.read_bytes(), type=DemoClock) if note.is_file() else None


def _note(data_dir: Path, clock: DemoClock) -> DemoClock:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / NOTE).write_bytes(msgspec.json.encode(clock))
    return clock


async def tokens(database: Database, clock: Clock, *codes: str) -> dict[str, str]:
    """A bearer token for each of these people of the demo city, good for a month."""
    now: datetime = clock()
    async with database.registry() as session:
        bureau = await people.bureau_by_code(session, CODE)
    if bureau is None:
        return {}
    return {code: await _token(database, bureau, code, now) for code in codes}


async def _token(database: Database, bureau: Bureau, code: str, now: datetime) -> str:
    async with database.transaction(bureau.id) as session:
        ids = await people.person_ids_by_code(session, bureau.id, [code])
        actor = await people.actor(session, bureau.id, ids[code], now.date())
        issued = await identity.make_token(session, actor, MakeToken(label="demo", days=30), now=now)
    return issued.token
