"""Teachers choose, schools send, a few change their minds: in batches, as the desk will hand them in."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from vouchermarket.booking import operations as booking
from vouchermarket.booking.structs import Booked, BookRun, Group, GroupKind, Nominee, Outcome, Refused
from vouchermarket.cli.demo.city import City, Teacher
from vouchermarket.cli.demo.market import Offer
from vouchermarket.kit.db import Database, Session

BATCH = 200
CHOICES = 3
CANCELLED_OF_HUNDRED = 3
Thing = TypeVar("Thing")

# A step calls this with how many it has done: the progress bar.
Tick = Callable[[int], None]


def parts(things: Sequence[Thing], size: int = BATCH) -> Iterator[Sequence[Thing]]:
    """A long list in parts of this size."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


def _wishes(city: City, teacher: Teacher, offers: Sequence[Offer]) -> list[Offer]:
    """What this teacher would like: free runs of the counties, and with a voucher of one's own the rest."""
    fitting = {
        "in_post": True,
        "ed_tech": True,
        "homeroom": teacher.is_homeroom,
    }
    liked = [
        offer
        for offer in offers
        if fitting.get(offer.type)
        and (offer.price_fen == 0 or (teacher.school.county is None and offer.fund_line == "all_staff"))
    ]
    return city.chance.sample(liked, min(CHOICES, len(liked)))


async def choose(
    database: Database, city: City, offers: Sequence[Offer], now: datetime, tick: Tick
) -> Counter[str]:
    """Every teacher picks a few runs; returns how it went, by outcome code."""
    crowd = city.chance.sample(city.teachers, len(city.teachers))
    told: Counter[str] = Counter()
    for part in parts(crowd, BATCH // CHOICES):
        groups = [
            Group(
                GroupKind.EACH,
                tuple(
                    BookRun(offer.run_id, teacher.actor.person_id, teacher.actor.person_id)
                    for offer in _wishes(city, teacher, offers)
                ),
            )
            for teacher in part
        ]
        async with database.transaction(city.bureau.id) as session:
            outcomes = await booking.carry_out(session, city.bureau.id, groups, now=now)
            booked = [outcome for group in outcomes for outcome in group]
            told["given_back"] += await _regret(city, session, part, booked, now)
        told.update(_code(outcome) for outcome in booked)
        tick(len(part))
    return told


def _code(outcome: Outcome) -> str:
    return outcome.refusal.code if isinstance(outcome, Refused) else "booked"


async def _regret(
    city: City, session: Session, teachers: Sequence[Teacher], outcomes: list[Outcome], now: datetime
) -> int:
    given_back = 0
    actors = {teacher.actor.person_id: teacher.actor for teacher in teachers}
    for outcome in outcomes:
        if isinstance(outcome, Booked) and city.chance.randrange(100) < CANCELLED_OF_HUNDRED:
            await booking.cancel(
                session, actors[outcome.person_id], outcome.booking_id, "与学校活动冲突", now=now
            )
            given_back += 1
    return given_back


async def send(
    database: Database, city: City, offers: Sequence[Offer], now: datetime, tick: Tick
) -> Counter[str]:
    """Every direct school sends its backbone teachers, with its own vouchers."""
    told: Counter[str] = Counter()
    wanted = [offer for offer in offers if offer.type == "backbone"]
    for school in city.schools:
        backbones = [
            teacher for teacher in city.teachers if teacher.school.id == school.id and teacher.is_backbone
        ]
        lines = [Nominee(city.chance.choice(wanted).run_id, teacher.actor.person_id) for teacher in backbones]
        if lines and school.county is None:
            async with database.transaction(city.bureau.id) as session:
                clerk = city.clerks[school.id]
                outcomes = await booking.nominate(session, clerk, school.id, lines, now=now)
            told.update(_code(outcome) for outcome in outcomes)
        tick(1)
    return told
