"""Keeping the roster, and reading it as it stood on a day."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

import factories
from factories import NOW, TODAY, City
from vouchermarket.identity import operations, queries, rules, tables
from vouchermarket.identity.structs import (
    Actor,
    AddOrganisation,
    AddPerson,
    Appoint,
    GivePost,
    GiveTier,
    MakeToken,
    OpenBureau,
    OrganisationKind,
    ProviderKind,
    Role,
    SchoolStage,
)
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import BureauId, OrganisationId, PersonId, new_id
from vouchermarket.kit.refusal import Refusal

MARCH, MAY, JULY = date(2014, 3, 1), date(2014, 5, 1), date(2014, 7, 1)


def a_person(code: str = "teacher90001") -> AddPerson:
    return AddPerson(code=code, name="李四", sex="male", born_on=date(1980, 1, 1), joined_on=date(2002, 9, 1))


def keeper(city: City) -> Actor:
    return city.officer("administrator")


async def hired(database: Database, city: City, code: str = "teacher90001") -> PersonId:
    async with database.transaction(city.bureau_id) as session:
        return await operations.add_person(session, keeper(city), a_person(code), now=NOW)


def at(
    city: City, person_id: PersonId, body: str, from_on: date = MARCH, to_on: date | None = None
) -> Appoint:
    return Appoint(
        person_id=person_id,
        organisation_id=city.bodies[body],
        role=Role.TEACHER,
        from_on=from_on,
        to_on=to_on,
    )


async def test_a_bureau_opens_with_one_administrator_who_appoints_the_rest(database: Database) -> None:
    code = f"b-{new_id().hex[-10:]}"
    command = OpenBureau(code=code, name="测试市教育局", hosts=(f"{code}.Example.cn",))
    async with database.registry() as registry:
        bureau = await operations.open_bureau(registry, command, now=NOW)
        assert await queries.bureau_by_host(registry, f"{code}.example.cn") == bureau
        assert await queries.bureau_by_code(registry, code) == bureau
        assert bureau in await queries.bureaus(registry)
    async with database.transaction(bureau.id) as session:
        first = await operations.first_administrator(session, bureau, a_person("admin"), now=NOW)
        assert await queries.actor(session, bureau.id, first.person_id, TODAY) == first
        clerk = await operations.add_person(session, first, a_person("clerk"), now=NOW)
        office = await operations.add_organisation(
            session,
            first,
            AddOrganisation(kind=OrganisationKind.FINANCE_OFFICE, code="fin", name="财务"),
            now=NOW,
        )
        await operations.appoint(
            session,
            first,
            Appoint(person_id=clerk, organisation_id=office, role=Role.OFFICER, from_on=TODAY),
            now=NOW,
        )
        assert (await queries.actor(session, bureau.id, clerk, TODAY)).seats[0].desk == "finance_office"
        assert await queries.office_for(session, bureau.id, OrganisationKind.FINANCE_OFFICE) is not None
    with pytest.raises(rules.AdministratorPresent):
        async with database.transaction(bureau.id) as session:
            await operations.first_administrator(session, bureau, a_person("admin2"), now=NOW)
    with pytest.raises(rules.CodeTaken):
        async with database.registry() as registry:
            await operations.open_bureau(registry, command, now=NOW)


async def test_many_rows_are_written_as_sets_with_an_event_each(city: City, database: Database) -> None:
    async with database.transaction(city.bureau_id) as session:
        ids = await operations.add_people(
            session, keeper(city), [a_person(f"t{n:05d}") for n in range(2000)], now=NOW
        )
        await operations.appoint_all(
            session, keeper(city), [at(city, id_, "school_b") for id_ in ids], now=NOW
        )
        await operations.give_posts(
            session,
            keeper(city),
            [GivePost(person_id=id_, post="homeroom", from_on=MARCH) for id_ in ids],
            now=NOW,
        )
        await operations.give_tiers(
            session,
            keeper(city),
            [GiveTier(person_id=id_, tier="backbone", from_on=MAY) for id_ in ids],
            now=NOW,
        )
    async with database.transaction(city.bureau_id) as session:
        kinds = (
            await session.execute(select(event.c.kind).where(event.c.bureau_id == city.bureau_id))
        ).scalars()
        assert sorted(kinds) == sorted(
            ["identity.person_added", "identity.appointed", "identity.post_given", "identity.tier_given"]
            * 2000
        )
        people = await queries.people(session, city.bureau_id, ids, TODAY)
    assert list(people[ids[0]].posts) == ["homeroom"]
    assert people[ids[0]].tiers == ()
    assert {person.school.id for person in people.values() if person.school} == {city.bodies["school_b"]}


async def test_a_person_is_known_as_of_a_day(city: City, database: Database) -> None:
    person_id = await hired(database, city)
    async with database.transaction(city.bureau_id) as session:
        by = keeper(city)
        await operations.appoint(session, by, at(city, person_id, "school_a", MARCH, MAY), now=NOW)
        await operations.appoint(session, by, at(city, person_id, "school_c", MAY), now=NOW)
        await operations.give_tier(
            session, by, GiveTier(person_id=person_id, tier="backbone", from_on=MAY, to_on=JULY), now=NOW
        )
        await operations.give_post(
            session, by, GivePost(person_id=person_id, post="homeroom", from_on=MARCH), now=NOW
        )
        days = {
            on: await queries.person_on(session, city.bureau_id, person_id, on)
            for on in (date(2014, 2, 28), date(2014, 4, 30), MAY, JULY)
        }
        actor_in_february = await queries.actor(session, city.bureau_id, person_id, date(2014, 2, 28))
        nobody = await queries.person_on(session, city.bureau_id, new_id(), MAY)
    told = {
        on: (person.school.id if person.school else None, person.posts, person.tiers)
        for on, person in days.items()
        if person
    }
    assert told == {
        date(2014, 2, 28): (None, (), ()),
        date(2014, 4, 30): (city.bodies["school_a"], ("homeroom",), ()),
        MAY: (city.bodies["school_c"], ("homeroom",), ("backbone",)),
        JULY: (city.bodies["school_c"], ("homeroom",), ()),
    }
    assert actor_in_february.seats == ()
    assert nobody is None


async def test_the_civil_day_decides_which_seat_is_in_force(city: City, database: Database) -> None:
    """A seat that begins on 5 March begins when it is 5 March in the bureau, eight hours before UTC."""
    person_id = await hired(database, city)
    async with database.transaction(city.bureau_id) as session:
        await operations.appoint(
            session, keeper(city), at(city, person_id, "school_a", date(2014, 3, 5)), now=NOW
        )
        token = await operations.make_token(
            session, city.teacher(), MakeToken(label="脚本"), now=datetime(2014, 3, 1, tzinfo=UTC)
        )
        secret = (rules.parts_of_bearer(token.token) or ("", ""))[1]
        await session.execute(
            update(tables.bearer_token)
            .where(tables.bearer_token.c.bureau_id == city.bureau_id, tables.bearer_token.c.id == token.id)
            .values(person_id=person_id)
        )
        hash_ = operations.secret_hash(secret)
        before = await queries.actor_by_token(
            session, city.bureau_id, hash_, datetime(2014, 3, 4, 15, 59, tzinfo=UTC)
        )
        after = await queries.actor_by_token(
            session, city.bureau_id, hash_, datetime(2014, 3, 4, 16, 0, tzinfo=UTC)
        )
    assert before is not None
    assert after is not None
    assert (before.seats, len(after.seats)) == ((), 1)


async def test_teachers_are_counted_where_they_teach_on_a_day(city: City, database: Database) -> None:
    person_id = await hired(database, city)
    async with database.transaction(city.bureau_id) as session:
        await operations.appoint(session, keeper(city), at(city, person_id, "school_a", MAY), now=NOW)
        schools = {name: city.bodies[name] for name in ("school_a", "school_b", "school_c")}
        march, may = [
            await queries.teachers_of(session, city.bureau_id, schools.values(), on) for on in (MARCH, MAY)
        ]
        direct = await queries.direct_teachers(session, city.bureau_id, MAY)
        counts = await queries.teacher_counts(session, city.bureau_id, MAY)
    assert {name: len(march[id_]) for name, id_ in schools.items()} == {
        "school_a": 4,
        "school_b": 4,
        "school_c": 4,
    }
    assert may[schools["school_a"]][-1] == person_id
    assert set(direct) == {schools["school_a"], schools["school_b"]}
    assert {id_: len(people) for id_, people in may.items()} == counts


async def test_an_appointment_ends_on_a_day_and_may_not_reach_the_next(
    city: City, database: Database
) -> None:
    person_id = await hired(database, city)
    by = keeper(city)
    async with database.transaction(city.bureau_id) as session:
        first = await operations.appoint(session, by, at(city, person_id, "school_a"), now=NOW)
        await operations.end_appointment(session, by, first, MAY, now=NOW)
        await operations.appoint(session, by, at(city, person_id, "school_b", MAY), now=NOW)
        assert len((await queries.actor(session, city.bureau_id, person_id, MAY)).seats) == 1
    for to_on, refusal in ((JULY, rules.PeriodOverlaps), (MARCH, rules.PeriodEmpty)):
        with pytest.raises(refusal):
            async with database.transaction(city.bureau_id) as session:
                await operations.end_appointment(session, by, first, to_on, now=NOW)


async def test_the_roster_refuses_what_makes_no_sense(city: City, database: Database) -> None:
    by = keeper(city)
    teacher = city.teacher().person_id
    provider = AddOrganisation(
        kind=OrganisationKind.PROVIDER, code="new", name="某大学", provider_kind=ProviderKind.UNIVERSITY
    )
    orphan = AddOrganisation(
        kind=OrganisationKind.SCHOOL,
        code="s",
        name="某校",
        stage=SchoolStage.PRIMARY,
        parent_id=OrganisationId(new_id()),
    )
    elsewhere = at(city, teacher, "school_b")
    own = at(city, by.person_id, "school_a")
    stranger = at(city, PersonId(new_id()), "school_a")
    post = GivePost(person_id=teacher, post="homeroom", from_on=MARCH)
    cases = [
        (rules.RoleNotAllowed, operations.add_organisation, city.officer("finance_office"), provider),
        (rules.RoleNotAllowed, operations.add_person, city.officer("finance_office"), a_person()),
        (rules.RoleNotAllowed, operations.appoint, city.officer("finance_office"), elsewhere),
        (rules.RoleNotAllowed, operations.give_post, city.officer("finance_office"), post),
        (rules.NotFound, operations.add_organisation, by, orphan),
        (rules.NotFound, operations.appoint, by, stranger),
        (
            rules.NotFound,
            operations.give_post,
            by,
            GivePost(person_id=stranger.person_id, post="x", from_on=MAY),
        ),
        (rules.PeriodOverlaps, operations.appoint, by, elsewhere),
        (rules.OwnAppointment, operations.appoint, by, own),
        (
            rules.OwnAppointment,
            operations.give_post,
            by,
            GivePost(person_id=by.person_id, post="x", from_on=MAY),
        ),
    ]
    for refusal, verb, actor, command in cases:
        with pytest.raises(refusal):
            async with database.transaction(city.bureau_id) as session:
                await verb(session, actor, command, now=NOW)
    async with database.transaction(city.bureau_id) as session:
        written = (await session.execute(select(event.c.id).where(event.c.bureau_id == city.bureau_id))).all()
    assert written == []


async def test_a_code_is_refused_the_second_time(city: City, database: Database) -> None:
    await hired(database, city)
    with pytest.raises(rules.CodeTaken):
        await hired(database, city)
    office = AddOrganisation(kind=OrganisationKind.FINANCE_OFFICE, code="fin2", name="财务二科")
    with pytest.raises(rules.CodeTaken):
        async with database.transaction(city.bureau_id) as session:
            await operations.add_organisations(session, keeper(city), [office, office], now=NOW)


async def test_two_hands_cannot_seat_a_teacher_at_two_schools(city: City, database: Database) -> None:
    person_id = await hired(database, city)

    async def seat(body: str) -> str:
        try:
            async with database.transaction(city.bureau_id) as session:
                await operations.appoint(session, keeper(city), at(city, person_id, body), now=NOW)
        except Refusal as refusal:
            return refusal.code
        return "seated"

    outcomes = await asyncio.gather(*(seat(body) for body in ("school_a", "school_b") * 4))
    assert sorted(outcomes) == ["period_overlaps"] * 7 + ["seated"]


async def test_a_matter_finds_its_desk(city: City, database: Database) -> None:
    """Who registers and who reviews: the county's body, the school's research office, the city's centre."""
    kinds = OrganisationKind
    wanted = [
        (kinds.COUNTY_TRAINING_BODY, "school_c", "county_body"),
        (kinds.COUNTY_TRAINING_BODY, "county", "county_body"),
        (kinds.COUNTY_TRAINING_BODY, "school_a", None),
        (kinds.COUNTY_BUREAU, "school_c", "county"),
        (kinds.COUNTY_BUREAU, "county", "county"),
        (kinds.SCHOOL_RESEARCH_OFFICE, "school_a", "office_a"),
        (kinds.SCHOOL_RESEARCH_OFFICE, "school_c", "office_c"),
        (kinds.SCHOOL_RESEARCH_OFFICE, "school_b", None),
        (kinds.TRAINING_CENTRE, "school_c", "training_centre"),
        (kinds.TRAINING_CENTRE, None, "training_centre"),
        (kinds.TEACHER_OFFICE, None, "teacher_office"),
    ]
    async with database.transaction(city.bureau_id) as session:
        for kind, of, office in wanted:
            found = await queries.office_for(session, city.bureau_id, kind, city.bodies[of] if of else None)
            assert (found.id if found else None) == (city.bodies[office] if office else None), (kind, of)
        both = await queries.offices_for(
            session,
            city.bureau_id,
            kinds.SCHOOL_RESEARCH_OFFICE,
            [city.bodies[name] for name in ("school_a", "school_b", "school_c")],
        )
        one = await queries.organisation(session, city.bureau_id, city.bodies["provider"])
    assert {id_: office.id for id_, office in both.items()} == {
        city.bodies["school_a"]: city.bodies["office_a"],
        city.bodies["school_c"]: city.bodies["office_c"],
    }
    assert one is not None
    assert one.provider_kind is ProviderKind.UNIVERSITY


async def test_the_roster_and_the_bodies_come_in_pages(city: City, database: Database) -> None:
    async with database.transaction(city.bureau_id) as session:
        first = await queries.roster(session, city.bureau_id, TODAY, at_most=5)
        second = await queries.roster(session, city.bureau_id, TODAY, at_most=5, after=first[-1].code)
        bodies = await queries.organisations_of(session, city.bureau_id, OrganisationKind.SCHOOL, at_most=2)
    codes = [person.code for person in first + second]
    assert codes == sorted(set(codes))
    assert len(codes) == 10
    assert [body.kind for body in bodies] == [OrganisationKind.SCHOOL] * 2


async def test_nothing_of_another_bureau_is_found(city: City, database: Database) -> None:
    other = await factories.make_city(database, await factories.make_bureau(database))
    theirs = other.teacher()
    async with database.transaction(city.bureau_id) as session:
        assert await queries.person_on(session, city.bureau_id, theirs.person_id, TODAY) is None
        assert await queries.organisation(session, city.bureau_id, other.bodies["school_a"]) is None
        assert (await queries.actor(session, city.bureau_id, theirs.person_id, TODAY)).seats == ()
    for person_id, body in (
        (theirs.person_id, city.bodies["school_a"]),
        (city.teacher().person_id, other.bodies["county"]),
    ):
        command = Appoint(person_id=person_id, organisation_id=body, role=Role.OFFICER, from_on=MAY)
        with pytest.raises(rules.NotFound):
            async with database.transaction(BureauId(city.bureau_id)) as session:
                await operations.appoint(session, keeper(city), command, now=NOW)
