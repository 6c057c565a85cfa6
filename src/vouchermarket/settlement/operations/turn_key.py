"""The two keys of a statement; the second one settles it (ZZ-B04)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from vouchermarket.identity import operations as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor, OrganisationKind, Seat
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EventId, PersonId, StatementId, TransferId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import AccountKind, Posting, TransferCode
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.settlement import queries, rules, tables
from vouchermarket.settlement.operations import statements
from vouchermarket.settlement.structs import Statement, StatementKey, Turned


async def turn_key(session: Session, actor: Actor, statement_id: StatementId, *, now: datetime) -> Turned:
    """Turn the key of one's office; the second key moves the total from earned to payable.

    Refuses `RoleNotAllowed`, `NotFound` and, in the order of `rules.turnable`, `StatementSettled`,
    `SamePersonTwice`, `KeyTurned`, `TurnedByMaker`, `EmptyStatement`, `LinesOpen`; then `ActsForMaker` where
    whoever drew it up or turned the first key stands in for the actor, or the other way round.
    """
    seats = identity_rules.seats_for(actor, "turn_key")
    statement = await statements.lock_one(session, actor.bureau_id, statement_id)
    lines = await queries.lines_of(session, actor.bureau_id, [statement.id])
    keys = await queries.keys_of(session, actor.bureau_id, [statement.id])
    offices = [seat.kind for seat in seats]
    office = rules.turnable(statement, lines, keys, actor.person_id, offices)
    made = [(key.person_id, key.turned_at) for key in keys]
    await identity.of_other_hands(session, actor, (statement.drawn_up_by, statement.drawn_up_at), *made)
    seat = _seat_of(seats, office)
    settles = len(keys) == 1
    event_id = await events.record(
        session,
        actor.bureau_id,
        "settlement.statement_settled" if settles else "settlement.key_turned",
        statement.id,
        now=now,
        actor_id=actor.person_id,
        facts={
            "office": office.value,
            "total_fen": statement.total_fen,
            **_place_of(seat),
            **_changed(len(keys), now if settles else None),
        },
    )
    await _write_key(session, actor, statement.id, seat, now=now)
    if settles:
        await _settle(session, actor.bureau_id, statement, event_id, now=now)
    return Turned(office, settles)


def _changed(keys: int, settled_at: datetime | None) -> dict[str, Any]:
    return events.changed({"keys": keys, "settled_at": None}, keys=keys + 1, settled_at=settled_at)


def _place_of(seat: Seat) -> dict[str, PersonId]:
    # Of two seats the key is turned from one: the trail tells in whose place that was.
    return {"acting_for": seat.acting_for} if seat.acting_for else {}


def _seat_of(seats: Sequence[Seat], office: OrganisationKind) -> Seat:
    return next(seat for seat in seats if seat.kind is office)


async def _write_key(
    session: Session, actor: Actor, statement_id: StatementId, seat: Seat, *, now: datetime
) -> None:
    await session.execute(
        insert(tables.statement_key).values(
            bureau_id=actor.bureau_id,
            id=new_id(),
            statement_id=statement_id,
            office=seat.kind.value,
            organisation_id=seat.organisation_id,
            person_id=actor.person_id,
            turned_at=now,
        )
    )


async def _settle(
    session: Session, bureau_id: UUID, statement: Statement, event_id: EventId, *, now: datetime
) -> None:
    await session.execute(
        update(tables.statement)
        .where(tables.statement.c.bureau_id == bureau_id, tables.statement.c.id == statement.id)
        .values(settled_at=now)
    )
    sides = [
        await ledger.open_account(session, bureau_id, kind, statement.provider_id, now=now)
        for kind in (AccountKind.EARNED, AccountKind.PAYABLE)
    ]
    settle = Posting(
        id=TransferId(new_id()),
        code=TransferCode.SETTLE,
        source_id=sides[0],
        target_id=sides[1],
        amount_fen=statement.total_fen,
        key=f"settle:{statement.id}",
        document_id=statement.id,
    )
    await ledger.post(session, bureau_id, [settle], event_id=event_id, now=now)
    told = {"statement_id": statement.id, "total_fen": statement.total_fen}
    kind = notice_rules.StatementSettled
    await notices.tell_officers(session, bureau_id, statement.provider_id, kind, told, now=now)


async def withdraw_key(
    session: Session, actor: Actor, statement_id: StatementId, *, now: datetime
) -> StatementKey:
    """Take one's office's key back while the second has not been turned; any officer of the office may.

    Refuses `RoleNotAllowed`, `NotFound`, `StatementSettled`, `KeyNotTurned`.
    """
    seats = identity_rules.seats_for(actor, "turn_key")
    statement = await statements.lock_one(session, actor.bureau_id, statement_id)
    keys = await queries.keys_of(session, actor.bureau_id, [statement.id])
    key = rules.withdrawable(statement, keys, [seat.kind for seat in seats])
    await session.execute(
        update(tables.statement_key)
        .where(tables.statement_key.c.bureau_id == actor.bureau_id, tables.statement_key.c.id == key.id)
        .values(withdrawn_at=now)
    )
    await events.record(
        session,
        actor.bureau_id,
        "settlement.key_withdrawn",
        statement.id,
        now=now,
        actor_id=actor.person_id,
        facts={
            "office": key.office.value,
            "turned_by": key.person_id,
            **events.changed({"withdrawn_at": None}, withdrawn_at=now),
        },
    )
    return key
