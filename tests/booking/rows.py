"""A market for tests: inert courses, runs and teachers, and vouchers with real money behind them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import factory

import factories
from factories import NOW, City, add
from vouchermarket.booking import queries
from vouchermarket.catalogue import tables as catalogue
from vouchermarket.identity import tables as identity
from vouchermarket.identity.structs import Actor, OrganisationKind, Role, Seat
from vouchermarket.kit import events
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import AccountId, OrganisationId, PersonId, RunId, TransferId, VoucherId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger.structs import Account, AccountKind, Posting, TransferCode
from vouchermarket.policies.queries import InForce
from vouchermarket.vouchers import tables as vouchers

STARTS_AT = NOW + timedelta(days=30)
PRICE_FEN = 30_000


class CourseRow(factory.DictFactory):
    id = factory.LazyFunction(new_id)
    title = factory.Sequence(lambda n: f"高中语文 {n}")
    summary = "课堂教学"
    type = "in_post"
    level = "city"
    mode = "face_to_face"
    fund_lines = ("all_staff", "backbone")
    price_fen = PRICE_FEN
    amount_hundredths = 1200
    unit = "credit"
    state = "published"
    filed_at = NOW


class RunRow(factory.DictFactory):
    id = factory.LazyFunction(new_id)
    capacity = 30
    price_fen = PRICE_FEN
    books_from_at = NOW - timedelta(days=1)
    books_until_at = NOW + timedelta(days=20)
    starts_at = STARTS_AT
    ends_at = STARTS_AT + timedelta(hours=3)
    place = "一中"
    opened_at = NOW


class VoucherRow(factory.DictFactory):
    id = factory.LazyFunction(new_id)
    line = "all_staff"
    person_id = None
    organisation_id = None
    amount_fen = 50_000
    valid_from = date(2014, 1, 1)
    valid_to = date(2015, 1, 1)
    issued_at = NOW


class Market:
    """What a booking test needs to stand there, in one city under one policy."""

    def __init__(self, database: Database, city: City, policy: InForce) -> None:
        self.database, self.city, self.bureau_id = database, city, city.bureau_id
        self.version_id = policy.version_id
        self._days = 0

    async def run(self, *, course: dict[str, Any] | None = None, **changes: Any) -> RunId:
        """A run with one meeting, on a day of its own unless `starts_at` says when."""
        self._days += 1
        changes.setdefault("starts_at", STARTS_AT + timedelta(days=self._days))
        changes.setdefault("ends_at", changes["starts_at"] + timedelta(hours=3))
        filed_by = self.city.officer("provider").person_id
        provider_id = changes.pop("provider_id", self.city.bodies["provider"])
        shelf = CourseRow(
            provider_id=provider_id,
            organiser_id=self.city.bodies["training_centre"],
            policy_version_id=self.version_id,
            filed_by=filed_by,
            **course or {},
        )
        row = RunRow(course_id=shelf["id"], **changes)
        meeting = {"id": new_id(), "run_id": row["id"], "number": 1, "place": "一中"}
        meeting |= {"starts_at": row["starts_at"], "ends_at": row["ends_at"]}
        async with self.database.transaction(self.bureau_id) as session:
            await add(session, self.bureau_id, catalogue.course, shelf)
            await add(session, self.bureau_id, catalogue.run, row)
            await add(session, self.bureau_id, catalogue.meeting, meeting)
        return RunId(row["id"])

    async def teachers(self, count: int, school: str = "school_a") -> list[Actor]:
        """More teachers at a school."""
        school_id = self.city.bodies[school]
        people = [factories.PersonRow() for _ in range(count)]
        posts = [
            factories.AppointmentRow(person_id=one["id"], organisation_id=school_id, role="teacher")
            for one in people
        ]
        async with self.database.transaction(self.bureau_id) as session:
            await add(session, self.bureau_id, identity.person, *people)
            await add(session, self.bureau_id, identity.appointment, *posts)
        seat = Seat(Role.TEACHER, school_id, OrganisationKind.SCHOOL)
        return [Actor(self.bureau_id, PersonId(one["id"]), (seat,)) for one in people]

    async def vouchers(
        self, holders: Sequence[PersonId | OrganisationId], amount_fen: int = 50_000, **changes: Any
    ) -> list[VoucherId]:
        """One voucher for each teacher or, with `school=True`, for each school, with money on it."""
        column = "organisation_id" if changes.pop("school", False) else "person_id"
        rows = [VoucherRow(amount_fen=amount_fen, **{column: one}, **changes) for one in holders]
        async with self.database.transaction(self.bureau_id) as session:
            fund_id, issuance_id = await self._issuance(session, rows)
            for row in rows:
                row |= {"fund_id": fund_id, "issuance_id": issuance_id}
            ids = [AccountId(row["id"]) for row in rows]
            opened = [Account(id_, AccountKind.VOUCHER, f"voucher:{id_}") for id_ in ids]
            await ledger.open_set(session, self.bureau_id, opened, now=NOW)
            event_id = await events.record(session, self.bureau_id, "test.issued", issuance_id, now=NOW)
            treasury = await ledger.open_account(session, self.bureau_id, AccountKind.TREASURY, now=NOW)
            given = posting(TransferCode.APPROPRIATE, treasury, fund_id, amount_fen * len(rows))
            issued = [posting(TransferCode.ISSUE, fund_id, id_, amount_fen) for id_ in ids]
            await ledger.post(session, self.bureau_id, [given, *issued], event_id=event_id, now=NOW)
            await add(session, self.bureau_id, vouchers.voucher, *rows)
        return [VoucherId(row["id"]) for row in rows]

    async def _issuance(self, session: Session, rows: Sequence[dict[str, Any]]) -> tuple[AccountId, UUID]:
        # A fund of its own for each call: the year makes it so, and nothing here asks for it.
        line, year = rows[0]["line"], 3000 + self._days
        self._days += 1
        officer = self.city.officer("teacher_office").person_id
        fund_id = await ledger.open_account(session, self.bureau_id, AccountKind.FUND, line, year, now=NOW)
        fund = {"id": fund_id, "line": line, "year": year, "opened_at": NOW}
        await add(session, self.bureau_id, vouchers.fund, fund)
        issuance = {
            "id": new_id(),
            "fund_id": fund_id,
            "holder": "teacher",
            "counted_on": date(2014, 1, 1),
            "valid_from": rows[0]["valid_from"],
            "valid_to": rows[0]["valid_to"],
            "vouchers": len(rows),
            "total_fen": 0,
            "policy_version_id": self.version_id,
            "proposed_by": officer,
            "proposed_at": NOW,
        }
        await add(session, self.bureau_id, vouchers.issuance, issuance)
        return fund_id, issuance["id"]

    async def call_off(self, run_id: RunId) -> None:
        """The run is called off, with its seats booked."""
        table = catalogue.run
        async with self.database.transaction(self.bureau_id) as session:
            await session.execute(
                table.update()
                .where(table.c.bureau_id == self.bureau_id, table.c.id == run_id)
                .values(cancelled_at=NOW)
            )

    # --- what came out ------------------------------------------------------------------------------------

    async def account(self, id_: UUID) -> Account:
        """One account as it stands."""
        async with self.database.transaction(self.bureau_id) as session:
            return (await ledger_queries.accounts(session, self.bureau_id, [id_]))[AccountId(id_)]

    async def seats(self, run_id: RunId) -> tuple[int, int]:
        """Seats the run believes taken, and live bookings counted (I5 wants them equal)."""
        async with self.database.transaction(self.bureau_id) as session:
            counted = await queries.live_counts(session, self.bureau_id, [run_id])
            table = catalogue.run
            believed = await session.execute(
                table.select().where(table.c.bureau_id == self.bureau_id, table.c.id == run_id)
            )
            return believed.one().taken, counted.get(run_id, 0)

    async def held_by_postings(self, voucher_ids: Sequence[VoucherId], booking_ids: Sequence[UUID]) -> int:
        """The sum of the open holds of these bookings on these vouchers (I4)."""
        async with self.database.transaction(self.bureau_id) as session:
            holds = await ledger_queries.holds_of(session, self.bureau_id, booking_ids)
        return sum(hold.amount_fen for hold in holds if hold.source_id in set(voucher_ids))


def posting(code: TransferCode, source: AccountId, target: AccountId, amount_fen: int) -> Posting:
    id_ = TransferId(new_id())
    return Posting(
        id=id_,
        code=code,
        source_id=source,
        target_id=target,
        amount_fen=amount_fen,
        key=f"{code.value}:{id_}",
        document_id=id_,
    )
