"""Imports as tasks: a stored file looked at, then applied in the very transaction that ends its task.

A worker that is killed in the middle leaves nothing of it; whoever takes the task up begins anew.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from vouchermarket.catalogue.operations import imports as shelf
from vouchermarket.catalogue.rules import imports as shelf_sheets
from vouchermarket.identity import queries as identity
from vouchermarket.identity.operations import imports as roster
from vouchermarket.identity.queries import imports as exports
from vouchermarket.identity.rules import NotFound, sheets
from vouchermarket.identity.structs import Actor
from vouchermarket.jobs.tasks import Carry, Errand, Made
from vouchermarket.kit import files, tabular
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.files import FileKind, NewFile
from vouchermarket.kit.ids import BureauId
from vouchermarket.kit.tabular import Compared, ImportFile, Sheet, Value

# The list of a task stays within the size of a file, whatever is written in the cells it quotes.
LISTED_MAX = 10_000
_FAULTS = ("行", "列", "错误", "现为", "应为", "expected")
_CHANGES = ("行", "编号", "新增", "更改的列")


class Way(msgspec.Struct, frozen=True):
    """How one slice takes its tables in and gives them out, in the signatures of `identity`.

    What names people goes out by a verb of its own, with a reason: such a table has no `rows`.
    """

    look: Callable[..., Awaitable[Compared[Any]]]
    bring: Callable[..., Awaitable[Compared[Any]]]
    rows: Callable[..., Awaitable[list[list[Value]]]] | None = None


async def import_table(errand: Errand, *, table: str, way: Way) -> Made | None:
    """A table of one of the asker's own files, in the asker's name and with the seats of this day.

    Its result: `applied`, `encoding`, and how many rows are `added`, `changed`, `unchanged`, and how many
    faults there are (`faulty`); its file lists the faults, or the changes where there are none, the first
    10,000 of them. What is wrong with the file as a whole ends it with the refusal's code.
    """
    asked = msgspec.convert(errand.claimed.command, ImportFile)
    bureau_id, now = errand.claimed.bureau_id, errand.clock()
    async with errand.database.transaction(bureau_id) as session:
        actor, content = await _asker(errand, session), await _content(errand, session, asked)
    sheet = await asyncio.to_thread(tabular.read, content)
    await errand.progress(0, _rows(sheet))
    if asked.preview:
        async with errand.database.transaction(bureau_id) as session:
            found = await way.look(session, actor, table, sheet, now=now)
        return await asyncio.to_thread(_made, table, sheet, found, is_applied=False)
    async with errand.database.transaction(bureau_id) as session:
        step = partial(_step, errand, _rows(sheet))
        found = await way.bring(session, actor, table, sheet, on_fault=asked.on_fault, now=now, step=step)
        is_applied = not tabular.stopping(found, asked.on_fault)
        made = await asyncio.to_thread(_made, table, sheet, found, is_applied=is_applied)
        await errand.end(session, made)
    return None


async def _asker(errand: Errand, session: Session) -> Actor:
    bureau_id = BureauId(errand.claimed.bureau_id)
    bureau = await identity.bureau(session, bureau_id)
    today = civil_day(errand.clock(), bureau.time_zone)
    return await identity.actor(session, bureau_id, errand.claimed.asked_by, today)


async def _content(errand: Errand, session: Session, asked: ImportFile) -> bytes:
    bureau_id = errand.claimed.bureau_id
    if await files.find(session, bureau_id, asked.file_id, errand.claimed.asked_by) is None:
        raise NotFound
    return b"".join([part async for part in files.read(session, bureau_id, asked.file_id)])


def _rows(sheet: Sheet) -> int:
    return max(len(sheet.rows) - 1, 0)


async def _step(errand: Errand, rows: int, done: int, of: int) -> None:
    # What changes nothing and what has a fault is done with as soon as it has been compared.
    await errand.progress(rows - of + done, rows)


def _made(table: str, sheet: Sheet, found: Compared[Any], *, is_applied: bool) -> Made:
    told = tabular.preview(table, sheet.encoding, found)
    counts = {name: getattr(told, name) for name in ("encoding", "added", "changed", "unchanged", "faulty")}
    rows = _fault_rows(found.faults) if found.faults else _change_rows(found.changes)
    name = f"{table}-{'faults' if found.faults else 'changes'}.csv"
    return Made({"applied": is_applied, **counts}, NewFile(FileKind.EXPORT, name, tabular.write_csv(rows)))


def _fault_rows(faults: Sequence[tabular.Fault]) -> list[Sequence[Value]]:
    lines = [
        (one.row, one.column, str(one.kind), one.found, one.expected_zh, one.expected_en)
        for one in faults[:LISTED_MAX]
    ]
    return [_FAULTS, *lines]


def _change_rows(changes: Sequence[tabular.Change]) -> list[Sequence[Value]]:
    shown = [tabular.told(one) for one in changes[:LISTED_MAX]]
    return [
        _CHANGES,
        *((one.row, one.code, "是" if one.is_new else "否", "|".join(one.fields)) for one in shown),
    ]


WAYS: Mapping[str, Way] = {
    sheets.ORGANISATIONS.name: Way(roster.look, roster.bring, exports.body_rows),
    sheets.PEOPLE.name: Way(roster.look, roster.bring),
    **dict.fromkeys(shelf_sheets.TABLES, Way(shelf.look, shelf.bring, shelf.rows)),
}
KINDS: Mapping[str, Carry] = {
    f"import_{table}": partial(import_table, table=table, way=way) for table, way in WAYS.items()
}
