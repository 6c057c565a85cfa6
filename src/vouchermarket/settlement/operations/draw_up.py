"""Drawing up a statement of what a provider has earned in a period."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert

from vouchermarket.completion.tables import completion
from vouchermarket.identity import queries as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor, OrganisationKind
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day, start_of_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PolicyVersionId, StatementId, new_id
from vouchermarket.kit.locks import lock_rows
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.policies import queries as policies
from vouchermarket.settlement import queries, rules, tables
from vouchermarket.settlement.structs import DrawUp, EarnedCompletion


async def draw_up(session: Session, actor: Actor, command: DrawUp, *, now: datetime) -> StatementId:
    """Put a provider's earned completions of a period on a new statement (ZZ-B04).

    The centre draws up any provider's statement, a provider its own. Refuses `RoleNotAllowed`, `NotFound`,
    `StatementPeriodEmpty`, `NoPolicyInForce`, `NothingEarned`.
    """
    await _refuse(session, actor, command)
    zone = (await identity.bureau(session, actor.bureau_id)).time_zone
    version_id = (await policies.in_force(session, actor.bureau_id, civil_day(now, zone))).version_id
    earned = await _lock_earned(session, actor.bureau_id, command, zone)
    total_fen = rules.to_state(earned)
    id_ = StatementId(new_id())
    await _write(session, actor, id_, command, version_id, total_fen, now=now)
    await _write_lines(session, actor.bureau_id, id_, earned)
    await events.record(
        session,
        actor.bureau_id,
        "settlement.statement_drawn_up",
        id_,
        now=now,
        actor_id=actor.person_id,
        facts={"provider_id": command.provider_id, "total_fen": total_fen, "lines": len(earned)},
    )
    told = {"statement_id": id_, "total_fen": total_fen, "lines": len(earned)}
    kind = notice_rules.StatementDrawnUp
    await notices.tell_officers(session, actor.bureau_id, command.provider_id, kind, told, now=now)
    return id_


async def preview_draw_up(session: Session, actor: Actor, command: DrawUp) -> list[EarnedCompletion]:
    """What `draw_up` would put on a statement now, for a desk to see before it does; locks nothing.

    Refuses `RoleNotAllowed`, `NotFound`, `StatementPeriodEmpty`, `NothingEarned`.
    """
    await _refuse(session, actor, command)
    zone = (await identity.bureau(session, actor.bureau_id)).time_zone
    waiting = await _waiting(session, actor.bureau_id, command, zone)
    rules.to_state(waiting)
    return waiting


async def _refuse(session: Session, actor: Actor, command: DrawUp) -> None:
    seats = identity_rules.seats_for(actor, "draw_up_statement")
    if all(seat.kind is OrganisationKind.PROVIDER for seat in seats):
        identity_rules.seat_at(actor, "draw_up_statement", command.provider_id)
    provider = await identity.organisation(session, actor.bureau_id, command.provider_id)
    if provider is None or provider.kind is not OrganisationKind.PROVIDER:
        raise identity_rules.NotFound
    rules.period(command.from_on, command.to_on)


async def _waiting(session: Session, bureau_id: UUID, command: DrawUp, zone: str) -> list[EarnedCompletion]:
    period = (start_of_day(command.from_on, zone), start_of_day(command.to_on, zone))
    return await queries.waiting_between(session, bureau_id, command.provider_id, *period)


async def _lock_earned(
    session: Session, bureau_id: UUID, command: DrawUp, zone: str
) -> list[EarnedCompletion]:
    waiting = await _waiting(session, bureau_id, command, zone)
    locked = {row.id for row in await lock_rows(session, completion, bureau_id, [one.id for one in waiting])}
    # Read again under the lock: another statement may have taken them, a revocation may have ended them.
    still = await _waiting(session, bureau_id, command, zone)
    return [one for one in still if one.id in locked]


async def _write(
    session: Session,
    actor: Actor,
    id_: StatementId,
    command: DrawUp,
    version_id: PolicyVersionId,
    total_fen: int,
    *,
    now: datetime,
) -> None:
    await session.execute(
        insert(tables.statement).values(
            bureau_id=actor.bureau_id,
            id=id_,
            provider_id=command.provider_id,
            from_on=command.from_on,
            to_on=command.to_on,
            total_fen=total_fen,
            policy_version_id=version_id,
            drawn_up_by=actor.person_id,
            drawn_up_at=now,
        )
    )


async def _write_lines(
    session: Session, bureau_id: UUID, statement_id: StatementId, earned: Sequence[EarnedCompletion]
) -> None:
    rows = [
        {
            "bureau_id": bureau_id,
            "id": new_id(),
            "statement_id": statement_id,
            "completion_id": one.id,
            "booking_id": one.booking_id,
            "amount_fen": one.captured_fen,
        }
        for one in earned
    ]
    await session.execute(insert(tables.statement_line), rows)
