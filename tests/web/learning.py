"""From a seat to a paid statement by the world's steps; the application's clock is left where each ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

from factories import City
from vouchermarket.kit.ids import BookingId, CompletionId, PaymentId, RunId, StatementId
from vouchermarket.settlement import operations as settlement
from world import World

ENDED = datetime(2014, 5, 3, 4, tzinfo=UTC)
REPORTED = ENDED + timedelta(days=1)
CONFIRMED = ENDED + timedelta(days=2)
VERIFIED = ENDED + timedelta(days=3)
DRAWN_UP = ENDED + timedelta(days=4)
SETTLED = ENDED + timedelta(days=5)
PAID = ENDED + timedelta(days=6)


class Learning:
    """Teachers of one school on one run of four meetings. Each step takes those before it."""

    def __init__(self, world: World, clock: Any) -> None:
        self.world, self.city, self._clock = world, world.city, clock
        self.run_id: RunId
        self.bookings: list[BookingId] = []

    def at(self, now: datetime) -> None:
        """Set the application's clock."""
        self._clock.now = now

    async def enrol(self, teachers: int = 1, **course: object) -> list[BookingId]:
        """Vouchers are issued, a run is opened, teachers take their seats; the run is over."""
        await self.world.issue()
        self.run_id = await self.world.open_run(**course)
        for which in range(teachers):
            self.bookings.append(await self.world.book(self.city.teacher(which), self.run_id))
        self.at(ENDED)
        return self.bookings

    async def report(self, teachers: int = 1, present: int = 4, **course: object) -> list[CompletionId]:
        """The provider has taken attendance and reported."""
        await self.enrol(teachers, **course)
        found = await self.world.hold(self.run_id, dict.fromkeys(self.bookings, present))
        self.at(REPORTED)
        return [found[booking_id] for booking_id in self.bookings]

    async def confirm(self, teachers: int = 1, present: int = 4, **course: object) -> list[CompletionId]:
        """Each teacher has said that it was so."""
        ids = await self.report(teachers, present, **course)
        for which, completion_id in enumerate(ids):
            await self.world.confirm(self.city.teacher(which), completion_id, CONFIRMED)
        self.at(CONFIRMED)
        return ids

    async def verify(self, teachers: int = 1, present: int = 4, **course: object) -> list[CompletionId]:
        """The first officer of the centre has verified."""
        ids = await self.confirm(teachers, present, **course)
        await self.world.verify(ids, VERIFIED)
        self.at(VERIFIED)
        return ids

    async def draw_up(self, teachers: int = 1) -> StatementId:
        """The provider has drawn its statement up."""
        await self.verify(teachers)
        self.at(DRAWN_UP)
        return await self.world.draw_up(DRAWN_UP)

    async def settle(self, teachers: int = 1) -> StatementId:
        """The provider has accepted it, and the first officers of two offices have turned their keys."""
        statement_id = await self.draw_up(teachers)
        await self.world.accept(statement_id, DRAWN_UP)
        await self.world.turn_keys(statement_id, SETTLED)
        self.at(SETTLED)
        return statement_id

    async def approve(self, teachers: int = 1) -> PaymentId:
        """The first officer of finance has approved the payment."""
        statement_id = await self.settle(teachers)
        async with self.world.open() as session:
            finance = self.city.officer("finance_office")
            return (await settlement.approve_payment(session, finance, statement_id, now=SETTLED)).id


def body_of(city: City, name: str) -> str:
    """The id of a body as it is written in JSON."""
    return str(city.bodies[name])
