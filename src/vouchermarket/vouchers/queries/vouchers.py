"""Reads of vouchers: a holder's own, those that may pay on a day, those past their day."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, any_, bindparam, func, or_, select

from vouchermarket.identity import queries as bodies
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.identity.tables import departure
from vouchermarket.kit.db import IDS, Session, in_order, leads_to
from vouchermarket.kit.ids import AccountId, OrganisationId, VoucherId
from vouchermarket.ledger import queries as ledger
from vouchermarket.ledger.structs import Account, Movement
from vouchermarket.vouchers.structs import Voucher, VoucherFacts
from vouchermarket.vouchers.tables import fund, voucher, voucher_reminder

# Put together once: every booking asks it twice, before and after the lock.
_USABLE = (
    select(voucher)
    .where(
        voucher.c.bureau_id == bindparam("bureau_id"),
        or_(
            voucher.c.person_id == any_(bindparam("person_ids", type_=IDS)),
            voucher.c.organisation_id == any_(bindparam("organisation_ids", type_=IDS)),
        ),
        voucher.c.valid_from <= bindparam("today"),
        voucher.c.valid_to > bindparam("today"),
    )
    .order_by(voucher.c.valid_to, voucher.c.id)
)


async def usable(
    session: Session,
    bureau_id: UUID,
    person_ids: Collection[UUID],
    organisation_ids: Collection[UUID],
    on: date,
) -> list[VoucherFacts]:
    """Vouchers of these holders that are valid on the day, frozen ones too, by end of validity and id.

    Unlocked: who spends them locks their accounts. `freeze` takes the same lock, so what is read after it
    holds.
    """
    given = {"bureau_id": bureau_id, "today": on}
    holders = {"person_ids": in_order(person_ids), "organisation_ids": in_order(organisation_ids)}
    return [
        VoucherFacts(
            id=VoucherId(row.id),
            holder_id=row.person_id or row.organisation_id,
            line=row.line,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            is_frozen=row.frozen_at is not None,
        )
        for row in await session.execute(_USABLE, given | holders)
    ]


async def vouchers_of(session: Session, bureau_id: UUID, person_id: UUID) -> list[Voucher]:
    """A teacher's vouchers with what is left on each, by end of validity."""
    return await _vouchers(session, bureau_id, voucher.c.person_id == person_id)


async def vouchers_to_freeze(session: Session, actor: Actor, person_id: UUID) -> list[Voucher]:
    """A teacher's vouchers for the office that may freeze them, by end of validity.

    Refuses `RoleNotAllowed`, `NotFound` where it has none (nobody at all looks the same).
    """
    identity.seats_for(actor, "freeze_voucher")
    found = await vouchers_of(session, actor.bureau_id, person_id)
    if not found:
        raise identity.NotFound
    return found


async def vouchers_of_school(session: Session, actor: Actor, school_id: OrganisationId) -> list[Voucher]:
    """A school's vouchers with what is left on each, by end of validity.

    Refuses `RoleNotAllowed`, `NotFound` (another's school looks like none).
    """
    school = await bodies.school_open_to(session, actor, school_id)
    return await _vouchers(session, actor.bureau_id, voucher.c.organisation_id == school.id)


async def movements_of_school(
    session: Session,
    actor: Actor,
    school_id: OrganisationId,
    voucher_id: VoucherId,
    *,
    limit: int = 50,
    offset: int = 0,
) -> list[Movement]:
    """What moved on one of a school's vouchers, the latest first. Refuses as `vouchers_of_school`."""
    held = await vouchers_of_school(session, actor, school_id)
    if voucher_id not in {one.id for one in held}:
        raise identity.NotFound
    return await ledger.movements_of(session, actor.bureau_id, voucher_id, limit=limit, offset=offset)


async def _vouchers(session: Session, bureau_id: UUID, of_holder: Any) -> list[Voucher]:
    of_fund = leads_to(voucher.c.fund_id, fund)
    statement = (
        select(voucher, fund.c.year)
        .join_from(voucher, fund, of_fund)
        .where(voucher.c.bureau_id == bureau_id, of_holder)
        .order_by(voucher.c.valid_to, voucher.c.line, voucher.c.id)
    )
    rows = (await session.execute(statement)).all()
    accounts = await ledger.accounts(session, bureau_id, [row.id for row in rows])
    return [_voucher_of(row, accounts[AccountId(row.id)]) for row in rows]


def _voucher_of(row: Any, account: Account) -> Voucher:
    return Voucher(
        id=VoucherId(row.id),
        line=row.line,
        year=row.year,
        amount_fen=row.amount_fen,
        balance_fen=account.balance_fen,
        held_fen=account.held_fen,
        free_fen=account.free_fen,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        is_frozen=row.frozen_at is not None,
        frozen_reason=row.frozen_reason,
    )


async def past_validity(session: Session, bureau_id: UUID, today: date, at_most: int) -> list[Any]:
    """Vouchers whose validity is over and that still have something free, oldest first: unlocked."""
    free = ledger.free_values
    statement = (
        select(voucher.c.id, voucher.c.fund_id, voucher.c.issuance_id)
        .join(free, and_(free.c.bureau_id == voucher.c.bureau_id, free.c.id == voucher.c.id))
        .where(voucher.c.bureau_id == bureau_id, voucher.c.valid_to <= today, free.c.free_fen > 0)
        .order_by(voucher.c.valid_to, voucher.c.id)
        .limit(at_most)
    )
    return list((await session.execute(statement)).all())


async def unfrozen_of_the_gone(session: Session, bureau_id: UUID, today: date, at_most: int) -> list[Any]:
    """Vouchers still valid whose holders left or died, as ids with the kind of departure: unlocked."""
    statement = (
        select(voucher.c.id, func.min(departure.c.kind).label("kind"))
        .join(
            departure,
            and_(departure.c.bureau_id == voucher.c.bureau_id, departure.c.person_id == voucher.c.person_id),
        )
        .where(
            voucher.c.bureau_id == bureau_id,
            voucher.c.frozen_at.is_(None),
            voucher.c.valid_to > today,
            departure.c.taken_back_at.is_(None),
            departure.c.gone_on <= today,
        )
        .group_by(voucher.c.id)
        .order_by(voucher.c.id)
        .limit(at_most)
    )
    return list(await session.execute(statement))


async def vouchers_of_issuance(session: Session, bureau_id: UUID, issuance_id: UUID) -> list[Any]:
    """The vouchers an issuance gave out, with their holders, by id."""
    statement = (
        select(voucher)
        .where(voucher.c.bureau_id == bureau_id, voucher.c.issuance_id == issuance_id)
        .order_by(voucher.c.id)
    )
    return list((await session.execute(statement)).all())


async def unreminded(
    session: Session, bureau_id: UUID, today: date, after: int, days: int, at_most: int
) -> list[Any]:
    """Vouchers with `free_fen` left that end in more than `after` and at most `days` days, and whose holders
    were not reminded of that yet: unlocked.
    """
    free, of_voucher = ledger.free_values, voucher_reminder.c.voucher_id == voucher.c.id
    reminded = select(voucher_reminder.c.voucher_id).where(
        voucher_reminder.c.bureau_id == bureau_id, of_voucher, voucher_reminder.c.days == days
    )
    statement = (
        select(voucher, free.c.free_fen)
        .join(free, and_(free.c.bureau_id == voucher.c.bureau_id, free.c.id == voucher.c.id))
        .where(
            voucher.c.bureau_id == bureau_id,
            voucher.c.valid_to > today + timedelta(days=after),
            voucher.c.valid_to <= today + timedelta(days=days),
            voucher.c.frozen_at.is_(None),
            free.c.free_fen > 0,
            ~reminded.exists(),
        )
        .order_by(voucher.c.valid_to, voucher.c.id)
        .limit(at_most)
    )
    return list((await session.execute(statement)).all())
