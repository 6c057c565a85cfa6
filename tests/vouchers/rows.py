"""Givens of vouchers: money in a fund, people on the roster, vouchers given out; and the books, balanced."""

from datetime import date, datetime
from uuid import UUID

import factory
from sqlalchemy import select

import factories
from factories import NOW, TODAY, City
from vouchermarket.identity import tables as identity
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import AccountId, IssuanceId, TransferId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger import rules as ledger_rules
from vouchermarket.ledger.structs import AccountKind, Posting, TransferCode
from vouchermarket.ledger.tables import account
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers.structs import Appropriate, ProposeIssuance

HEAD_FEN = 60_000  # what the Zhuzhou pack gives a teacher of `all_staff`


class AppropriateDraft(factory.Factory):
    class Meta:
        model = Appropriate

    line = "all_staff"
    year = 2014
    amount_fen = 10_000_000
    document = "株财教〔2014〕7号"


class IssuanceDraft(factory.Factory):
    class Meta:
        model = ProposeIssuance

    line = "all_staff"
    year = 2014
    counted_on = TODAY
    valid_from = TODAY
    valid_to = date(2015, 1, 1)


async def appropriate(session: Session, city: City, **changes) -> AccountId:
    """Money in a fund; gives the fund's id."""
    draft = AppropriateDraft(**changes)
    done = await vouchers.appropriate(session, city.officer("teacher_office"), draft, now=NOW)
    return AccountId(done.fund_id)


async def approve(session: Session, city: City, **changes) -> IssuanceId:
    """An issuance proposed by one officer of the teacher office and approved by the other.

    On the day of `NOW`, or on that of counting where it comes later.
    """
    first, second = city.officers["teacher_office"]
    draft = IssuanceDraft(**changes)
    now = max(NOW, datetime.combine(draft.counted_on, NOW.timetz()))
    preview = await vouchers.propose_issuance(session, first, draft, now=now)
    await vouchers.decide_issuance(session, second, preview.issuance_id, approve=True, now=now)
    return preview.issuance_id


async def issue(session: Session, city: City, **changes):
    """An issuance approved and given out at once."""
    issuance_id = await approve(session, city, **changes)
    return await vouchers.issue(session, city.officer("teacher_office"), issuance_id, now=NOW)


async def appoint(session: Session, city: City, school: str, count: int, from_on: date) -> list[UUID]:
    """So many new teachers at a school from a day on."""
    people = factories.PersonRow.build_batch(count)
    appointments = [
        factories.AppointmentRow(
            person_id=row["id"], organisation_id=city.bodies[school], role="teacher", from_on=from_on
        )
        for row in people
    ]
    await factories.add(session, city.bureau_id, identity.person, *people)
    await factories.add(session, city.bureau_id, identity.appointment, *appointments)
    return [row["id"] for row in people]


async def raise_to(session: Session, city: City, person_id: UUID, tier: str, from_on: date) -> None:
    """A teacher is named to a tier."""
    row = {"person_id": person_id, "tier": tier, "from_on": from_on}
    await factories.add(session, city.bureau_id, identity.person_tier, row)


async def move(
    session: Session,
    city: City,
    code: TransferCode,
    voucher_id: UUID,
    amount_fen: int,
    resolves_id: TransferId | None = None,
) -> TransferId:
    """One posting between a voucher and what the city's provider earns, as a booking would make it."""
    bureau_id = city.bureau_id
    earned = await ledger.open_account(
        session, bureau_id, AccountKind.EARNED, city.bodies["provider"], now=NOW
    )
    id_ = TransferId(new_id())
    posting = Posting(
        id=id_,
        code=code,
        source_id=AccountId(voucher_id),
        target_id=earned,
        amount_fen=amount_fen,
        key=f"test:{id_}",
        document_id=id_,
        resolves_id=resolves_id,
    )
    event_id = await events.record(session, bureau_id, "test.posted", id_, now=NOW)
    await ledger.post(session, bureau_id, [posting], event_id=event_id, now=NOW)
    return id_


async def books(session: Session, bureau_id: UUID) -> dict[str, int]:
    """The balance of every account by its code, the open ones read from transfers. They sum to 0 (I1)."""
    rows = await session.execute(select(account).where(account.c.bureau_id == bureau_id))
    balances: dict[str, int] = {}
    for found in map(ledger_queries.account_of, rows):
        balances[found.code] = (
            found.balance_fen
            if found.kind in ledger_rules.LOCKED
            else await ledger_queries.open_balance(session, bureau_id, found.id)
        )
    assert sum(balances.values()) == 0
    return balances


def on_vouchers(balances: dict[str, int]) -> int:
    """What lies on all vouchers together."""
    return sum(fen for code, fen in balances.items() if code.startswith("voucher:"))
