"""Given-builders for settlement: earned completions whose money stands in the ledger, and what follows.

Courses, runs, bookings, entries and completions are inert rows; every fen of them is posted.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from factories import NOW, City, add
from vouchermarket.booking import tables as booking
from vouchermarket.catalogue import tables as catalogue
from vouchermarket.completion import tables as completion
from vouchermarket.credits import tables as credits_tables
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import (
    AccountId,
    EventId,
    OrganisationId,
    PaymentId,
    StatementId,
    TransferId,
    new_id,
)
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger.structs import Account, AccountKind, Posting, TransferCode
from vouchermarket.payments.structs import Instruction, Payment
from vouchermarket.policies.queries import InForce
from vouchermarket.reporting.queries import invariants
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import DrawUp, DropLine, Opened, Respond, Response
from vouchermarket.vouchers import tables as vouchers

YEAR = (date(2014, 1, 1), date(2015, 1, 1))
SPRING = datetime(2014, 4, 1, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=60)
FUNDED_FEN = 10_000_000

C, K = TransferCode, AccountKind


class Market:
    """A funded voucher, a course, and officers by what they do here."""

    def __init__(self, database: Database, city: City, policy: InForce) -> None:
        self.database, self.city, self.policy = database, city, policy
        self.bureau_id = city.bureau_id
        self.fund_id, self.voucher_id, self.course_id = (new_id() for _ in range(3))
        self.provider_id = city.bodies["provider"]
        self.provider, self.rival = city.officer("provider"), city.officer("rival")
        self.office, self.office_too = city.officers["teacher_office"]
        self.centre, self.centre_too = city.officers["training_centre"]
        self.finance, self.finance_too = city.officers["finance_office"]
        # Who verified the completions, so that neither officer of the centre is tied.
        self.registrar = city.officer("research_institute")

    def transaction(self):
        """One transaction of this bureau."""
        return self.database.transaction(self.bureau_id)


async def open_market(database: Database, city: City, policy: InForce) -> Market:
    """A fund, a teacher's voucher issued from it, a published course."""
    market = Market(database, city, policy)
    async with market.transaction() as session:
        await _fund_and_voucher(session, market)
        await add(session, market.bureau_id, catalogue.course, _course(market))
    return market


async def _fund_and_voucher(session: Session, market: Market) -> None:
    bureau_id, officer = market.bureau_id, market.office.person_id
    period = {"valid_from": YEAR[0], "valid_to": YEAR[1]}
    issuance_id = new_id()
    await add(
        session,
        bureau_id,
        vouchers.fund,
        {"id": market.fund_id, "line": "all_staff", "year": 2014, "opened_at": NOW},
    )
    await add(
        session,
        bureau_id,
        vouchers.issuance,
        {
            "id": issuance_id,
            "fund_id": market.fund_id,
            "holder": "teacher",
            "counted_on": YEAR[0],
            "vouchers": 1,
            "total_fen": FUNDED_FEN,
            "policy_version_id": market.policy.version_id,
            "proposed_by": officer,
            "proposed_at": NOW,
            **period,
        },
    )
    await add(
        session,
        bureau_id,
        vouchers.voucher,
        {
            "id": market.voucher_id,
            "fund_id": market.fund_id,
            "issuance_id": issuance_id,
            "line": "all_staff",
            "person_id": market.city.teacher().person_id,
            "amount_fen": FUNDED_FEN,
            "issued_at": NOW,
            **period,
        },
    )
    treasury = await ledger.open_account(session, bureau_id, K.TREASURY, now=NOW)
    fund = Account(AccountId(market.fund_id), K.FUND, "fund:all_staff:2014")
    voucher = Account(AccountId(market.voucher_id), K.VOUCHER, f"voucher:{market.voucher_id}")
    await ledger.open_set(session, bureau_id, [fund, voucher], now=NOW)
    await _post(session, bureau_id, _moved(C.APPROPRIATE, treasury, fund.id, FUNDED_FEN, market.fund_id))
    await _post(session, bureau_id, _moved(C.ISSUE, fund.id, voucher.id, FUNDED_FEN, issuance_id))


def _course(market: Market) -> dict[str, object]:
    return {
        "id": market.course_id,
        "provider_id": market.provider_id,
        "organiser_id": market.city.bodies["training_centre"],
        "title": "骨干教师研修",
        "summary": "两天面授",
        "type": "post_training",
        "level": "city",
        "mode": "face_to_face",
        "fund_lines": ["all_staff"],
        "price_fen": 10_000,
        "amount_hundredths": 1200,
        "unit": "credit",
        "state": "published",
        "policy_version_id": market.policy.version_id,
        "filed_by": market.provider.person_id,
        "filed_at": NOW,
    }


def _moved(
    code: C, source: UUID, target: UUID, amount: int, document: UUID, hold: TransferId | None = None
) -> Posting:
    return Posting(
        id=TransferId(new_id()),
        code=code,
        source_id=AccountId(source),
        target_id=AccountId(target),
        amount_fen=amount,
        key=f"{code.value}:{new_id()}",
        document_id=document,
        resolves_id=hold,
    )


async def _post(session: Session, bureau_id: UUID, *postings: Posting) -> EventId:
    event_id = await events.record(session, bureau_id, "test.posted", bureau_id, now=NOW)
    await ledger.post(session, bureau_id, postings, event_id=event_id, now=NOW)
    return event_id


async def earn(market: Market, *prices: int, at: datetime = SPRING, copay_fen: int = 0) -> list[UUID]:
    """Verified completions at these prices, paid by the voucher and `copay_fen` of each by a co-pay."""
    async with market.transaction() as session:
        return [await _earn_one(session, market, price, at, copay_fen) for price in prices]


async def _earn_one(session: Session, market: Market, price: int, at: datetime, copay_fen: int) -> UUID:
    bureau_id, teacher = market.bureau_id, market.city.teacher().person_id
    run_id, booking_id, completion_id = new_id(), new_id(), new_id()
    await add(session, bureau_id, catalogue.run, _run(run_id, market.course_id, price))
    event_id = await events.record(session, bureau_id, "test.booked", booking_id, now=NOW)
    booked = {
        "id": booking_id,
        "run_id": run_id,
        "person_id": teacher,
        "price_fen": price,
        "booked_by": teacher,
        "policy_version_id": market.policy.version_id,
        "booked_at": NOW,
        "event_id": event_id,
    }
    await add(session, bureau_id, booking.booking, booked)
    await _capture(session, market, booking_id, price - copay_fen, copay_fen)
    entry = _entry(market, completion_id, event_id)
    await add(session, bureau_id, credits_tables.credit_entry, entry)
    verified = {
        "id": completion_id,
        "booking_id": booking_id,
        "provider_id": market.provider_id,
        "attended": 4,
        "meetings": 4,
        "evidence": "签到表",
        "reported_by": market.provider.person_id,
        "reported_at": at,
        "confirmed_at": at,
        "confirmed_how": "teacher",
        "verified_at": at,
        "verified_by": market.registrar.person_id,
        "captured_fen": price,
        "entry_id": entry["id"],
        "policy_version_id": market.policy.version_id,
    }
    await add(session, bureau_id, completion.completion, verified)
    return completion_id


def _run(run_id: UUID, course_id: UUID, price: int) -> dict[str, object]:
    return {
        "id": run_id,
        "course_id": course_id,
        "capacity": 40,
        "taken": 1,
        "price_fen": price,
        "books_from_at": NOW,
        "books_until_at": NOW + timedelta(days=7),
        "starts_at": NOW + timedelta(days=14),
        "ends_at": NOW + timedelta(days=16),
        "place": "株洲市教师培训中心",
        "opened_at": NOW,
    }


def _entry(market: Market, completion_id: UUID, event_id: EventId) -> dict[str, object]:
    centre = market.city.bodies["training_centre"]
    return {
        "id": new_id(),
        "person_id": market.city.teacher().person_id,
        "type": "post_training",
        "amount_hundredths": 1200,
        "unit": "credit",
        "earned_on": date(2014, 3, 31),
        "evidence": "签到表",
        "evidence_complete": True,
        "registrar_id": market.registrar.person_id,
        "registrar_office_id": centre,
        "reviewer_office_id": centre,
        "clause": "ZZ-B05",
        "policy_version_id": market.policy.version_id,
        "source_id": completion_id,
        "event_id": event_id,
        "at": SPRING,
    }


async def _capture(
    session: Session, market: Market, booking_id: UUID, voucher_fen: int, copay_fen: int
) -> None:
    bureau_id = market.bureau_id
    earned = await ledger.open_account(session, bureau_id, K.EARNED, market.provider_id, now=NOW)
    sources = [(AccountId(market.voucher_id), voucher_fen)]
    if copay_fen:
        outside = await ledger.open_account(session, bureau_id, K.OUTSIDE, "manual", now=NOW)
        copay = await ledger.open_account(session, bureau_id, K.COPAY, booking_id, now=NOW)
        await _post(session, bureau_id, _moved(C.COPAY, outside, copay, copay_fen, booking_id))
        sources.append((copay, copay_fen))
    for source, amount in sources:
        if amount:
            hold = _moved(C.HOLD, source, earned, amount, booking_id)
            await _post(session, bureau_id, hold)
            await _post(session, bureau_id, _moved(C.CAPTURE, source, earned, amount, booking_id, hold.id))


# --- what follows, through the operations -----------------------------------------------------------------


async def drawn_up(market: Market, *, by: Actor | None = None, now: datetime = LATER) -> StatementId:
    """A statement of the year, drawn up by the provider unless somebody else is named."""
    async with market.transaction() as session:
        return await settlement.draw_up(
            session,
            by or market.provider,
            DrawUp(provider_id=market.provider_id, from_on=YEAR[0], to_on=YEAR[1]),
            now=now,
        )


async def opened(market: Market, statement_id: UUID) -> Opened:
    """The statement as its provider reads it."""
    async with market.transaction() as session:
        return await queries.open_statement(session, market.provider, StatementId(statement_id))


async def answer(
    market: Market, statement_id: UUID, response: Response = Response.ACCEPTED, *amounts: int
) -> None:
    """The provider answers its live lines, or those of these amounts."""
    lines = [line for line in (await opened(market, statement_id)).lines if line.is_live]
    asked = tuple(line.id for line in lines if not amounts or line.amount_fen in amounts)
    async with market.transaction() as session:
        await settlement.respond(
            session, market.provider, Respond(line_ids=asked, response=response, reason="人数不符"), now=LATER
        )


async def drop(market: Market, statement_id: UUID, amount_fen: int) -> None:
    """The centre drops the disputed line of this amount."""
    (line,) = [one for one in (await opened(market, statement_id)).lines if one.amount_fen == amount_fen]
    async with market.transaction() as session:
        command = DropLine(line_id=line.id, reason="人数以签到表为准")
        await settlement.drop_line(session, market.centre, command, now=LATER)


async def turn(market: Market, statement_id: UUID, *actors: Actor) -> None:
    """Each of these turns the key of the office."""
    for actor in actors:
        async with market.transaction() as session:
            await settlement.turn_key(session, actor, StatementId(statement_id), now=LATER)


async def settled(market: Market) -> StatementId:
    """A statement of all that is earned, accepted, with both keys turned."""
    statement_id = await drawn_up(market)
    await answer(market, statement_id)
    await turn(market, statement_id, market.office, market.centre)
    return statement_id


async def approved(market: Market, statement_id: UUID) -> Payment:
    """Its payment, approved by the first officer of finance."""
    async with market.transaction() as session:
        return await settlement.approve_payment(session, market.finance, StatementId(statement_id), now=LATER)


async def balances(market: Market, *accounts: UUID) -> list[tuple[int, int]]:
    """(balance, held) of these accounts."""
    async with market.transaction() as session:
        found = await ledger_queries.accounts(session, market.bureau_id, accounts)
    return [(found[id_].balance_fen, found[id_].held_fen) for id_ in accounts if id_ in found]


async def earned_fen(market: Market) -> int:
    """What the provider has earned and not settled."""
    account = ledger.account_id(market.bureau_id, K.EARNED, market.provider_id)
    async with market.transaction() as session:
        return await ledger_queries.open_balance(session, market.bureau_id, account)


async def provider_fen(market: Market) -> int:
    """What the provider has earned or may be paid, whichever side of the settlement it is on."""
    ((payable, _),) = await balances(market, payable_of(market)) or [(0, 0)]
    return await earned_fen(market) + payable


async def books_hold(market: Market) -> None:
    """All invariants of the bureau, as `ledger verify` runs them."""
    async with market.transaction() as session:
        findings = await invariants.check(session, market.bureau_id)
    assert [finding for finding in findings if finding.broken] == []
    assert any(finding.checked for finding in findings)


def payable_of(market: Market, provider_id: OrganisationId | None = None) -> AccountId:
    """The provider's payable account."""
    return ledger.account_id(market.bureau_id, K.PAYABLE, provider_id or market.provider_id)


async def facts_of(market: Market, kind: str) -> list[dict[str, object]]:
    """The facts of all events of this kind, oldest first."""
    found = (
        select(events.event.c.facts)
        .where(events.event.c.bureau_id == market.bureau_id, events.event.c.kind == kind)
        .order_by(events.event.c.id)
    )
    async with market.transaction() as session:
        return list((await session.execute(found)).scalars())


def instruction(market: Market, payment_id: PaymentId) -> Instruction:
    """What a gateway would be told of a payment to this provider."""
    return Instruction(payment_id, StatementId(new_id()), market.provider_id, 100)
