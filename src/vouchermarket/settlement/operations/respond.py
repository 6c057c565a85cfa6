"""The provider's word on its lines, and the centre's on a disputed one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import StatementId
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.settlement import queries, rules, tables
from vouchermarket.settlement.operations import statements
from vouchermarket.settlement.structs import DropLine, Respond, Response, Statement, StatementLine


async def respond(session: Session, actor: Actor, command: Respond, *, now: datetime) -> list[StatementId]:
    """Accept or dispute lines of one's own statements, all or none; returns the statements they stand on.

    An answer may be changed until the statement is settled. Refuses `RoleNotAllowed`, `NotFound`,
    `StatementSettled`, `LineDropped`, `ReasonMissing` (a dispute needs one).
    """
    seats = identity_rules.seats_for(actor, "respond_to_line")
    asked = sorted(set(command.line_ids))
    named = {line.statement_id for line in await queries.lines_by_id(session, actor.bureau_id, asked)}
    locked = await statements.lock(session, actor.bureau_id, named)
    own = {seat.organisation_id for seat in seats}
    # Read again under the lock of their statements: a line may have been dropped a moment ago.
    lines = await queries.lines_by_id(session, actor.bureau_id, asked)
    if len(lines) < len(asked) or any(one.provider_id not in own for one in locked.values()):
        raise identity_rules.NotFound
    rules.answerable(locked.values(), lines)
    disputes = command.response is Response.DISPUTED
    reason = rules.reasoned(command.reason) if disputes else None
    line = tables.statement_line.c
    await session.execute(
        update(tables.statement_line)
        .where(line.bureau_id == actor.bureau_id, line.id == among(asked))
        .values(
            response=command.response.value,
            dispute=reason,
            responded_by=actor.person_id,
            responded_at=now,
        )
    )
    facts: dict[str, Any] = {"response": command.response.value, "reason": reason}
    answered = [
        events.event_row(
            actor.bureau_id,
            f"settlement.lines_{command.response.value}",
            statement_id,
            now=now,
            actor_id=actor.person_id,
            facts={**facts, **_answered(statement_id, lines, command.response)},
        )
        for statement_id in sorted(locked)
    ]
    await events.write(session, answered)
    if reason is not None:
        await _tell_disputed(session, actor.bureau_id, locked.values(), lines, reason, now=now)
    return [StatementId(id_) for id_ in sorted(locked)]


def _answered(statement_id: UUID, lines: Sequence[StatementLine], response: Response) -> dict[str, Any]:
    """Of one statement the lines that were answered, by their ids with the answer each had before."""
    before = {str(one.id): one.response for one in lines if one.statement_id == statement_id}
    return {"line_ids": list(before), **events.changed(before, **dict.fromkeys(before, response))}


async def _tell_disputed(
    session: Session,
    bureau_id: UUID,
    locked: Iterable[Statement],
    lines: Sequence[StatementLine],
    reason: str,
    *,
    now: datetime,
) -> None:
    told = [
        (
            one.drawn_up_by,
            {
                "statement_id": one.id,
                "lines": sum(line.statement_id == one.id for line in lines),
                "reason": reason,
            },
        )
        for one in locked
    ]
    await notices.tell_each(session, bureau_id, told, notice_rules.LinesDisputed, now=now)


async def drop_line(session: Session, actor: Actor, command: DropLine, *, now: datetime) -> int:
    """Take a disputed line off, as the centre; its completion comes back on the next statement.

    The total follows its lines, and a key turned on the old total goes back. Returns the new total in fen.
    Refuses `RoleNotAllowed`, `NotFound`, `StatementSettled`, `LineDropped`, `LineNotDisputed`,
    `ReasonMissing`.
    """
    identity_rules.seats_for(actor, "drop_line")
    bureau_id, asked = actor.bureau_id, [command.line_id]
    named = await queries.lines_by_id(session, bureau_id, asked)
    if not named:
        raise identity_rules.NotFound
    statement = await statements.lock_one(session, bureau_id, named[0].statement_id)
    (line,) = await queries.lines_by_id(session, bureau_id, asked)
    rules.droppable(statement, line)
    reason = rules.reasoned(command.reason)
    await statements.take_off(session, statement, line, bureau_id=bureau_id, now=now)
    await events.record(
        session,
        bureau_id,
        "settlement.line_dropped",
        statement.id,
        now=now,
        actor_id=actor.person_id,
        facts={
            "line_id": line.id,
            "amount_fen": line.amount_fen,
            "reason": reason,
            **events.changed(statement, total_fen=statement.total_fen - line.amount_fen),
        },
    )
    told = {"statement_id": statement.id, "amount_fen": line.amount_fen, "reason": reason}
    kind = notice_rules.LineDropped
    await notices.tell_officers(session, bureau_id, statement.provider_id, kind, told, now=now)
    return statement.total_fen - line.amount_fen
