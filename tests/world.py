"""Given-builders that go through operations: the world of a tale, from the budget to the payout.

Each step is one or more real transactions, as the people of a city would do them, at the time they say.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from factories import City
from vouchermarket.booking import operations as booking
from vouchermarket.booking.structs import Choice, Nominee
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries as shelf
from vouchermarket.catalogue.structs import FileAccreditation, FileCourse, MeetingTime, OpenRun, ReviewCourse
from vouchermarket.completion import operations as completion
from vouchermarket.completion import queries as completions
from vouchermarket.completion.structs import Report
from vouchermarket.credits import operations as register
from vouchermarket.credits import queries as credit_queries
from vouchermarket.credits.structs import DecideEntry, Decision
from vouchermarket.identity import operations as identity
from vouchermarket.identity.structs import Actor, GiveTier
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import BookingId, CompletionId, CourseId, PaymentId, RunId, StatementId
from vouchermarket.ledger import queries as ledger
from vouchermarket.reporting.queries import invariants, line
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries as statements
from vouchermarket.settlement.structs import DrawUp, ProposeRevocation, RecordPayment, Respond, Response
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers import queries as wallet
from vouchermarket.vouchers.structs import Appropriate, ProposeIssuance, Voucher

YEAR = 2014
OPENS = datetime(2014, 3, 10, 1, tzinfo=UTC)
STARTS = datetime(2014, 4, 12, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
PRICE_FEN = 18_000


class World:
    """A city with the Zhuzhou pack in force, and the verbs of its people."""

    def __init__(self, database: Database, city: City) -> None:
        self.database, self.city, self.bureau_id = database, city, city.bureau_id

    def open(self):
        """One transaction of this bureau."""
        return self.database.transaction(self.bureau_id)

    async def name_backbone(self, teacher: Actor) -> None:
        """The administrator enters a teacher on the roster of backbones."""
        async with self.open() as session:
            tier = GiveTier(person_id=teacher.person_id, tier="backbone", from_on=date(2013, 9, 1))
            await identity.give_tier(
                session, self.city.officer("administrator"), tier, now=OPENS - timedelta(days=30)
            )

    # --- money in -----------------------------------------------------------------------------------------

    async def issue(self, line_code: str = "all_staff", amount_fen: int = 1_000_000) -> None:
        """The city appropriates; one officer proposes the issuance, another approves, it is issued."""
        first, second = self.city.officers["teacher_office"]
        now = datetime(2014, 3, 3, 1, tzinfo=UTC)
        budget = Appropriate(line=line_code, year=YEAR, amount_fen=amount_fen, document="财教〔2014〕1号")
        asked = ProposeIssuance(
            line=line_code,
            year=YEAR,
            counted_on=date(2014, 3, 1),
            valid_from=date(2014, 3, 3),
            valid_to=date(2015, 1, 1),
        )
        async with self.open() as session:
            await vouchers.appropriate(session, first, budget, now=now)
            preview = await vouchers.propose_issuance(session, first, asked, now=now)
        async with self.open() as session:
            await vouchers.decide_issuance(session, second, preview.issuance_id, approve=True, now=now)
            await vouchers.issue(session, second, preview.issuance_id, now=now)

    async def voucher_of(self, teacher: Actor) -> Voucher:
        """A teacher's only voucher."""
        async with self.open() as session:
            [found] = await wallet.vouchers_of(session, self.bureau_id, teacher.person_id)
        return found

    # --- the shelf ----------------------------------------------------------------------------------------

    async def open_run(self, capacity: int = 10, meetings: int = 4, **course: object) -> RunId:
        """An accredited provider's course, filed, reviewed, published, and a run of it."""
        provider, (centre, other) = self.city.officer("provider"), self.city.officers["training_centre"]
        now = OPENS - timedelta(days=5)
        asked = FileAccreditation(from_on=date(2014, 1, 1), to_on=date(2016, 1, 1), document="认定1号")
        filed = msgspec.convert(
            {
                "organiser_id": self.city.bodies["training_centre"],
                "title": "高中语文新课堂",
                "summary": "文本细读",
                "type": "in_post",
                "level": "city",
                "mode": "face_to_face",
                "fund_lines": ["all_staff"],
                "price_fen": PRICE_FEN,
                "amount": "18",
                "unit": "credit",
                **course,
            },
            FileCourse,
        )
        async with self.open() as session:
            accreditation = await catalogue.file_accreditation(session, provider, asked, now=now)
            await catalogue.decide_accreditation(session, centre, accreditation, approve=True, now=now)
            course_id = await catalogue.file_course(session, provider, filed, now=now)
            await catalogue.review_course(
                session, centre, ReviewCourse(course_id=course_id, approve=True), now=now
            )
            await catalogue.publish_course(session, other, course_id, now=now)
            return await self._run_of(session, course_id, capacity, meetings)

    async def _run_of(self, session: Session, course_id: CourseId, capacity: int, meetings: int) -> RunId:
        starts = [STARTS + number * WEEK for number in range(meetings)]
        command = OpenRun(
            course_id=course_id,
            capacity=capacity,
            books_from_at=OPENS,
            books_until_at=STARTS - timedelta(days=1),
            place="一中",
            meetings=tuple(MeetingTime(starts_at=at, ends_at=at + timedelta(hours=3)) for at in starts),
        )
        provider = self.city.officer("provider")
        return await catalogue.open_run(session, provider, command, now=OPENS - timedelta(days=5))

    # --- choosing -----------------------------------------------------------------------------------------

    async def fill_cart(self, teacher: Actor, run_id: RunId, lines: int) -> None:
        """Put so many further runs of a run's course into a teacher's cart."""
        async with self.open() as session:
            course_id = (await shelf.run(session, self.bureau_id, run_id)).course_id
            for _ in range(lines):
                await booking.put_in(
                    session, teacher, await self._run_of(session, course_id, 10, 1), now=OPENS
                )

    async def book(self, teacher: Actor, run_id: RunId, now: datetime = OPENS) -> BookingId:
        """A teacher's own choice."""
        async with self.open() as session:
            return (await booking.book(session, teacher, Choice(run_id), now=now)).booking_id

    async def send(self, school: str, teacher: Actor, run_id: RunId, now: datetime = OPENS):
        """A school sends one named teacher; the outcome of that line."""
        async with self.open() as session:
            lines = [Nominee(run_id, teacher.person_id)]
            clerk = self.city.officer(school)
            [outcome] = await booking.nominate(session, clerk, self.city.bodies[school], lines, now=now)
        return outcome

    async def cancel(self, teacher: Actor, booking_id: BookingId, now: datetime):
        """A teacher gives a seat back."""
        async with self.open() as session:
            return await booking.cancel(session, teacher, booking_id, "与学校活动冲突", now=now)

    # --- learning -----------------------------------------------------------------------------------------

    async def hold(self, run_id: RunId, present: dict[BookingId, int]) -> dict[BookingId, CompletionId]:
        """Hold every meeting, each person present at the first so many; report the run a day after."""
        provider = self.city.officer("provider")
        async with self.open() as session:
            run = (await shelf.runs(session, self.bureau_id, [run_id]))[run_id]
            for number, meeting in enumerate(run.meetings):
                there = {booking_id: number < times for booking_id, times in present.items()}
                await completion.take_attendance(session, provider, meeting.id, there, now=meeting.ends_at)
            reports = [Report(booking_id, "签到表") for booking_id in present]
            now = run.ends_at + timedelta(days=1)
            reported = await completion.report(session, provider, run_id, reports, now=now)
        return {one.booking_id: one.completion_id for one in reported}

    async def confirm(self, teacher: Actor, completion_id: CompletionId, now: datetime) -> None:
        """The teacher says that it was so."""
        async with self.open() as session:
            await completion.confirm(session, teacher, completion_id, now=now)

    async def stay_silent(self, now: datetime) -> int:
        """Nobody says anything, and the sweep comes by."""
        async with self.open() as session:
            return await completion.confirm_by_silence(session, self.bureau_id, now=now)

    async def verify(self, completion_ids: Sequence[CompletionId], now: datetime):
        """The centre's registrar verifies: holds are captured, entries registered."""
        async with self.open() as session:
            registrar = self.city.officer("training_centre")
            return await completion.verify(session, registrar, completion_ids, now=now)

    async def review(self, completion_ids: Sequence[CompletionId], now: datetime) -> None:
        """Another person of the centre approves the entries."""
        async with self.open() as session:
            found = await completions.completions(session, self.bureau_id, completion_ids)
            ids = [one.entry_id for one in found.values() if one.entry_id]
            word = DecideEntry(Decision.APPROVE, "材料齐全")
            outcomes = await register.decide_all(
                session, self.city.officer("training_centre", 1), ids, word, now=now
            )
            assert all(outcome.refusal is None for outcome in outcomes)

    async def statuses(self, teacher: Actor) -> list[str]:
        """The standing of a teacher's entries, as the transcript shows it."""
        async with self.open() as session:
            found = await credit_queries.entries_of(session, self.bureau_id, teacher.person_id)
        return [entry.status.value for entry in found]

    # --- money out ----------------------------------------------------------------------------------------

    async def draw_up(self, now: datetime) -> StatementId:
        """The provider's statement of everything earned until today."""
        provider = self.city.bodies["provider"]
        async with self.open() as session:
            command = DrawUp(
                provider_id=provider, from_on=date(2014, 1, 1), to_on=now.date() + timedelta(days=1)
            )
            return await settlement.draw_up(session, self.city.officer("provider"), command, now=now)

    async def accept(self, statement_id: StatementId, now: datetime) -> None:
        """The provider accepts every line."""
        async with self.open() as session:
            opened = await statements.open_statement(session, self.city.officer("provider"), statement_id)
            lines = tuple(one.id for one in opened.lines if one.is_live)
            answer = Respond(line_ids=lines, response=Response.ACCEPTED)
            await settlement.respond(session, self.city.officer("provider"), answer, now=now)

    async def turn_keys(self, statement_id: StatementId, now: datetime) -> None:
        """Two persons of two offices turn their keys."""
        for office in ("teacher_office", "training_centre"):
            async with self.open() as session:
                await settlement.turn_key(session, self.city.officer(office), statement_id, now=now)

    async def pay(self, statement_id: StatementId, reference: str, now: datetime) -> PaymentId:
        """One person of finance approves, the bank pays, the other enters the bank's reference."""
        first, second = self.city.officers["finance_office"]
        async with self.open() as session:
            payment = await settlement.approve_payment(session, first, statement_id, now=now)
        async with self.open() as session:
            record = RecordPayment(payment_id=payment.id, reference=reference)
            await settlement.record_payment(session, second, record, now=now)
        return payment.id

    async def revoke(self, completion_id: CompletionId, now: datetime) -> None:
        """A completion turns out to be false: one person proposes, another decides."""
        first, second = self.city.officers["training_centre"]
        found = ProposeRevocation(completion_id=completion_id, reason="代签到", document="督查记录1号")
        async with self.open() as session:
            proposed = await settlement.propose_revocation(session, first, found, now=now)
            await settlement.decide_revocation(session, second, proposed, approve=True, now=now)

    # --- time and truth -----------------------------------------------------------------------------------

    async def expire(self, today: date) -> int:
        """The sweep gives back what vouchers past their validity have free; returns fen."""
        now = datetime(today.year, today.month, today.day, 1, tzinfo=UTC)
        async with self.open() as session:
            return (await vouchers.expire(session, self.bureau_id, today, now)).amount_fen

    async def lapse(self, now: datetime) -> int:
        """Year end: what the funds have left goes back to the treasury; returns fen."""
        officer, total = self.city.officer("teacher_office"), 0
        async with self.open() as session:
            for fund in await wallet.funds(session, self.bureau_id, YEAR):
                total += (await vouchers.lapse(session, officer, fund.id, now=now)).amount_fen
        return total

    async def figures(self) -> line.MoneyLine:
        """Where the money stands, with the twelve invariants and the equation checked on the way."""
        async with self.open() as session:
            broken = [one for one in await invariants.check(session, self.bureau_id) if one.broken]
            figures = await line.money_line(session, self.bureau_id)
        assert not broken
        assert figures.balanced
        return figures

    async def balance(self, code: str) -> int:
        """The balance of an account by its code."""
        async with self.open() as session:
            found = await ledger.account_by_code(session, self.bureau_id, code)
        assert found is not None
        return found.balance_fen
