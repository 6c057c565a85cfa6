"""Carrying out tasks: in any worker, two at a time, each ended in one transaction with what it made.

A task is claimed under a lease. A worker that is killed says nothing and its task comes back; one that is
told to stop gives its tasks back at once. What a task writes before its end, it must be able to write again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import structlog

from vouchermarket.identity import queries as identity
from vouchermarket.kit import files
from vouchermarket.kit.clock import Clock, civil_day
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.files import FileKind, NewFile
from vouchermarket.kit.money import yuan
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.kit.tabular import Value, write_xlsx
from vouchermarket.kit.tabular.harmless import marked
from vouchermarket.reporting.queries import exports
from vouchermarket.tasks import operations as tasks
from vouchermarket.tasks.rules import LEASE
from vouchermarket.tasks.structs import Claimed, Standing

log = structlog.get_logger()

AT_ONCE = 2
IDLE_SECONDS = 1
PAGE = 2000


class Made(msgspec.Struct, frozen=True):
    """What a task has come to: its result in figures, and a file where it made one."""

    result: dict[str, Any]
    file: NewFile | None = None


class Ended(Exception):
    """The task is no longer ours to go on with: cancelled by its person, or its lease is another's."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        super().__init__(standing.value)


class Errand:
    """One claimed task in the hands of this worker."""

    def __init__(self, database: Database, claimed: Claimed, clock: Clock) -> None:
        self.database, self.claimed, self.clock = database, claimed, clock

    async def progress(self, done: int, total: int | None) -> None:
        """Tell between two parts how far it is, in a transaction of its own. Raises `Ended`."""
        async with self.database.transaction(self.claimed.bureau_id) as session:
            standing = await tasks.progress(session, self.claimed, done=done, total=total, now=self.clock())
        if standing is not Standing.GOING:
            raise Ended(standing)

    async def keep(self) -> None:
        """Keep the lease for as long as the work goes on. Raises `Ended`."""
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 4)
            async with self.database.transaction(self.claimed.bureau_id) as session:
                standing = await tasks.keep(session, self.claimed, now=self.clock())
            if standing is not Standing.GOING:
                raise Ended(standing)

    async def end(self, session: Session, made: Made) -> None:
        """End the task in the transaction of its work, so that both stand or neither. Raises `Ended`."""
        now, file_id = self.clock(), None
        if made.file is not None:
            stored = await files.store(
                session, self.claimed.bureau_id, made.file, made_by=self.claimed.asked_by, now=now
            )
            file_id = stored.id
        if not await tasks.finish(session, self.claimed, made.result, file_id=file_id, now=now):
            raise Ended(Standing.LOST)


# None where the errand has ended itself.
Carry = Callable[[Errand], Awaitable[Made | None]]


async def export_transfers(errand: Errand) -> Made:
    """The transfers of a period as an Excel file, with their number and sum below them."""
    asked, bureau_id = (
        msgspec.convert(errand.claimed.command, exports.ExportTransfers),
        errand.claimed.bureau_id,
    )
    async with errand.database.transaction(bureau_id) as session:
        zone = (await identity.bureau(session, bureau_id)).time_zone
        total = await exports.count_transfers(session, bureau_id, asked, zone)
    found: list[exports.ExportedTransfer] = []
    while True:
        await errand.progress(min(len(found), total), total)
        async with errand.database.transaction(bureau_id) as session:
            after = found[-1].id if found else None
            page = await exports.transfers(session, bureau_id, asked, zone, after=after, at_most=PAGE)
        found += page
        if len(page) < PAGE:
            break
    # Apart from the loop: the lease of every other task is kept in it meanwhile.
    content = await asyncio.to_thread(write_xlsx, list(_lines(found)), name="transfers")
    last_on = civil_day(errand.clock(), zone)
    name = f"transfers-{asked.from_on}-{asked.to_on}-{last_on}.xlsx"
    figures = {"rows": len(found), "amount_fen": sum(one.amount_fen for one in found)}
    await errand.progress(len(found), len(found))
    return Made(figures, NewFile(FileKind.EXPORT, name, content))


def _lines(found: Sequence[exports.ExportedTransfer]) -> Iterator[list[Value]]:
    yield ["编号", "时间 (UTC)", "类别", "转出账户", "转入账户", "金额(分)", "金额", "凭据编号"]
    for one in found:
        codes = [marked(text) for text in (one.code, one.source, one.target)]
        at = one.at.isoformat(sep=" ", timespec="seconds")
        yield [str(one.id), at, *codes, one.amount_fen, yuan(one.amount_fen), str(one.document_id)]
    amount_fen = sum(one.amount_fen for one in found)
    yield [f"合计 {len(found)} 行", None, None, None, None, amount_fen, yuan(amount_fen), None]


# From the word in the row to the work. A kind of task is one line here.
KINDS: Mapping[str, Carry] = {exports.TRANSFERS: export_transfers}


class Hands:
    """Looks for tasks in one bureau after another and carries out two of them at a time."""

    def __init__(
        self, database: Database, clock: Clock, kinds: Mapping[str, Carry] = KINDS, *, at_once: int = AT_ONCE
    ) -> None:
        self._database, self._clock, self._kinds, self._at_once = database, clock, kinds, at_once

    async def work(self, stop: asyncio.Event) -> None:
        """Until told to stop."""
        await asyncio.gather(*(self._one_hand(stop) for _ in range(self._at_once)))

    async def _one_hand(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                carried_out = await self.look_once(stop)
            except Exception:
                # The database may be away for a moment; the worker stays and looks again.
                log.exception("task.hand_failed")
                carried_out = 0
            if not carried_out:
                await _pause(stop)

    async def look_once(self, stop: asyncio.Event) -> int:
        """One task of each bureau that has any; returns how many there were."""
        async with self._database.registry() as session:
            bureaus = await identity.bureaus(session)
        carried_out = 0
        for bureau in bureaus:
            if stop.is_set():
                break
            async with self._database.transaction(bureau.id) as session:
                claimed = await tasks.claim(session, bureau.id, now=self._clock())
            if claimed is not None:
                await self.carry_out(claimed, stop)
                carried_out += 1
        return carried_out

    async def carry_out(self, claimed: Claimed, stop: asyncio.Event) -> None:
        """Carry out a claimed task to its end, or give it back when told to stop."""
        errand = Errand(self._database, claimed, self._clock)
        work, keeping = asyncio.create_task(self._made(errand)), asyncio.create_task(errand.keep())
        told = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([work, keeping, told], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
            await asyncio.wait([work])
        finally:
            for one in (work, keeping, told):
                one.cancel()
            await asyncio.gather(work, keeping, told, return_exceptions=True)
        await self._close(errand, work, keeping)

    async def _made(self, errand: Errand) -> Made | None:
        carry = self._kinds.get(errand.claimed.kind)
        if carry is None:
            raise LookupError(f"no task is called {errand.claimed.kind}")
        return await carry(errand)

    async def _close(
        self, errand: Errand, work: asyncio.Task[Made | None], keeping: asyncio.Task[None]
    ) -> None:
        claimed = errand.claimed
        error = _error_of(work) or (_error_of(keeping) if work.cancelled() else None)
        if error is None and work.cancelled():
            async with self._database.transaction(claimed.bureau_id) as session:
                await tasks.give_back(session, claimed)
        elif error is None:
            await self._finish(errand, work.result())
        elif isinstance(error, Ended):
            if error.standing is Standing.CANCEL_ASKED:
                async with self._database.transaction(claimed.bureau_id) as session:
                    await tasks.close_cancelled(session, claimed, now=self._clock())
        else:
            await self._fail(claimed, error)

    async def _finish(self, errand: Errand, made: Made | None) -> None:
        if made is None:
            return
        try:
            async with self._database.transaction(errand.claimed.bureau_id) as session:
                await errand.end(session, made)
        except Ended:
            # The lease is another's by now: what was made is undone, and made again by whoever has it.
            log.warning("task.lease_lost", kind=errand.claimed.kind)
        except Refusal as refusal:
            await self._fail(errand.claimed, refusal)

    async def _fail(self, claimed: Claimed, error: BaseException) -> None:
        if isinstance(error, Refusal) and error.kind is Kind.BUSY:
            # Nobody's fault: it comes back when its lease has run out, three times at most.
            log.warning("task.put_off", kind=claimed.kind, fault=error.code)
            return
        if not isinstance(error, Refusal):
            log.error("task.failed", kind=claimed.kind, exc_info=error)
        fault = error.code if isinstance(error, Refusal) else "something_broke"
        async with self._database.transaction(claimed.bureau_id) as session:
            await tasks.fail(session, claimed, fault, now=self._clock())


def _error_of(task: asyncio.Task[None] | asyncio.Task[Made | None]) -> BaseException | None:
    return None if task.cancelled() else task.exception()


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), IDLE_SECONDS)
    except TimeoutError:
        return
