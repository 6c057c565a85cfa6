"""Rules that do not bind a person for a time."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from factories import NOW, City
from vouchermarket.identity import operations, queries, rules
from vouchermarket.identity.structs import Actor, Exempt
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import PersonId, new_id

MARCH, JULY, DECEMBER = date(2014, 3, 1), date(2014, 7, 1), date(2014, 12, 1)
Period = tuple[date, date | None]
ILLNESS = "病假,附三甲医院证明"


async def exempt(
    database: Database,
    city: City,
    actor: Actor,
    who: PersonId,
    period: tuple[date, date | None],
    rule="ZZ-A02",
) -> UUID:
    command = Exempt(person_id=who, rule=rule, from_on=period[0], to_on=period[1], reason=ILLNESS)
    async with database.transaction(city.bureau_id) as session:
        return await operations.exempt(session, actor, command, now=NOW)


async def end(database: Database, city: City, actor: Actor, id_: UUID, to_on: date) -> None:
    async with database.transaction(city.bureau_id) as session:
        await operations.end_exemption(session, actor, id_, to_on, now=NOW)


async def test_an_exemption_is_kept_with_its_reason_and_its_officer(city: City, database: Database) -> None:
    office, teacher = city.officer("teacher_office"), city.teacher().person_id
    id_ = await exempt(database, city, office, teacher, (MARCH, None))
    await end(database, city, office, id_, JULY)
    async with database.transaction(city.bureau_id) as session:
        [kept] = await queries.exemptions_of(session, city.bureau_id, teacher)
        facts = select(event.c.facts).where(event.c.bureau_id == city.bureau_id, event.c.subject_id == id_)
        told = list((await session.execute(facts.order_by(event.c.id))).scalars())
    assert (kept.rule, kept.from_on, kept.to_on, kept.reason) == ("ZZ-A02", MARCH, JULY, ILLNESS)
    assert kept.granted_by == office.person_id
    # An illness is nobody's business who reads the trail.
    assert len(told) == 2
    assert ILLNESS not in str(told)


async def test_one_rule_is_not_waived_twice_at_once(city: City, database: Database) -> None:
    office, teacher = city.officer("teacher_office"), city.teacher().person_id
    first = await exempt(database, city, office, teacher, (MARCH, JULY))
    with pytest.raises(rules.PeriodOverlaps):
        await exempt(database, city, office, teacher, (MARCH, None))
    with pytest.raises(rules.PeriodEmpty):
        await exempt(database, city, office, teacher, (JULY, JULY))
    await exempt(database, city, office, teacher, (MARCH, None), rule="ZZ-A11")
    await exempt(database, city, office, teacher, (JULY, None))
    with pytest.raises(rules.PeriodOverlaps):
        await end(database, city, office, first, DECEMBER)


async def test_refuses_other_desks_strangers_and_oneself(city: City, database: Database) -> None:
    office, teacher = city.officer("teacher_office"), city.teacher()
    for desk in ("administrator", "training_centre", "school_a"):
        with pytest.raises(rules.RoleNotAllowed):
            await exempt(database, city, city.officer(desk), teacher.person_id, (MARCH, JULY))
    with pytest.raises(rules.OwnExemption):
        await exempt(database, city, office, office.person_id, (MARCH, JULY))
    with pytest.raises(rules.NotFound):
        await exempt(database, city, office, PersonId(new_id()), (MARCH, JULY))
    with pytest.raises(rules.NotFound):
        await end(database, city, office, new_id(), JULY)
