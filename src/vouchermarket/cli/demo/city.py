"""An invented city: the bodies and officers of the pack's seeds, schools and teachers by a fixed random seed.

Everything goes through the operations of the roster, as an administrator would do it.
"""

import csv
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries
from vouchermarket.identity.structs import (
    Actor,
    AddOrganisation,
    AddPerson,
    Appoint,
    Bureau,
    GivePost,
    GiveTier,
    OpenBureau,
    OrganisationKind,
    ProviderKind,
    Role,
    SchoolStage,
    Seat,
)
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import OrganisationId, PersonId

SEED = 2014
TEACHERS_PER_SCHOOL = 40
DIRECT_OF_TEN = 6
MASTERS_EVERY = 8
SUBJECTS = ("chinese", "mathematics", "english", "physics", "music", "art", "sports", "mental_health")
SURNAMES = "赵钱孙李周吴郑王冯陈"
ROSTER_FROM_ON = date(2009, 1, 1)


class School(msgspec.Struct, frozen=True):
    """A school of the city, its research office and its county, if it has one."""

    id: OrganisationId
    office_id: OrganisationId
    county: str | None


class Teacher(msgspec.Struct, frozen=True):
    """A teacher as the demo needs to know one; `order` is the place on the roster."""

    actor: Actor
    order: int
    school: School
    is_backbone: bool
    is_homeroom: bool


class City(msgspec.Struct):
    """Who and what the year is run with. Officers come by their code in people.csv."""

    bureau: Bureau
    bodies: dict[str, OrganisationId]
    officers: dict[str, Actor]
    schools: list[School]
    teachers: list[Teacher]
    clerks: dict[OrganisationId, Actor]
    registrars: dict[OrganisationId, Actor]
    chance: random.Random

    def reporter(self, person_id: PersonId) -> Actor:
        """The officer with this id."""
        return next(actor for actor in self.officers.values() if actor.person_id == person_id)


def rows(seeds: Path, name: str) -> Iterator[Mapping[str, str]]:
    """The rows of one of the pack's CSV files."""
    with (seeds / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def at(on: date, hour: int = 9) -> datetime:
    """An hour of a civil day in China, UTC."""
    return datetime(on.year, on.month, on.day, hour, tzinfo=UTC) - CHINA


CHINA = datetime(2014, 1, 1, 8, tzinfo=UTC) - datetime(2014, 1, 1, tzinfo=UTC)


async def build(database: Database, seeds: Path, code: str, teachers: int, year: int) -> City:
    """Open the bureau, its bodies, its people; `teachers` of them teach."""
    now = at(date(year, 1, 6))
    chance = random.Random(SEED)  # noqa: S311 - a demo that comes out the same every time
    first = next(row for row in rows(seeds, "people.csv") if row["role"] == "administrator")
    name = next(row["name"] for row in rows(seeds, "organisations.csv") if row["kind"] == "bureau")
    async with database.registry() as session:
        bureau = await identity.open_bureau(session, OpenBureau(code=code, name=name), now=now)
    async with database.transaction(bureau.id) as session:
        admin = await identity.first_administrator(session, bureau, _officer(first), now=now)
    city = City(bureau, {}, {first["code"]: admin}, [], [], {}, {}, chance)
    await _add_bodies(database, city, seeds, now)
    await _add_schools(database, city, teachers, now)
    await _add_officers(database, city, seeds, now)
    await _add_teachers(database, city, teachers, now)
    return city


def _officer(row: Mapping[str, str]) -> AddPerson:
    return AddPerson(
        code=row["code"],
        name=row["name"],
        sex="female",
        born_on=date(1972, 3, 1),
        joined_on=date(1995, 9, 1),
    )


def _admin(city: City) -> Actor:
    return next(iter(city.officers.values()))


async def _add_bodies(database: Database, city: City, seeds: Path, now: datetime) -> None:
    listed = [row for row in rows(seeds, "organisations.csv") if row["kind"] != "bureau"]
    # Parents first: a county's training body stands under its bureau.
    for with_parent in (False, True):
        wave = [row for row in listed if bool(row["parent"]) is with_parent]
        commands = [
            AddOrganisation(
                kind=OrganisationKind(row["kind"]),
                code=row["code"],
                name=row["name"],
                parent_id=city.bodies[row["parent"]] if row["parent"] else None,
                provider_kind=ProviderKind(row["provider_kind"]) if row["provider_kind"] else None,
            )
            for row in wave
        ]
        async with database.transaction(city.bureau.id) as session:
            ids = await identity.add_organisations(session, _admin(city), commands, now=now)
        city.bodies |= {row["code"]: id_ for row, id_ in zip(wave, ids, strict=True)}


async def _add_schools(database: Database, city: City, teachers: int, now: datetime) -> None:
    counties = [code for code in city.bodies if code.startswith("county")]
    number = max(10, teachers // TEACHERS_PER_SCHOOL)
    stages = list(SchoolStage)[1:4]
    commands: list[AddOrganisation] = []
    homes: list[str | None] = []
    for place in range(number):
        county = None if place % 10 < DIRECT_OF_TEN else counties[place % len(counties)]
        homes.append(county)
        commands.append(
            AddOrganisation(
                kind=OrganisationKind.SCHOOL,
                code=f"school{place + 1:03d}",
                name=f"演示第{place + 1}学校",
                parent_id=city.bodies[county] if county else None,
                is_direct=county is None,
                is_rural=county is not None and place % 3 == 0,
                stage=stages[place % len(stages)],
            )
        )
    async with database.transaction(city.bureau.id) as session:
        ids = await identity.add_organisations(session, _admin(city), commands, now=now)
        offices = [
            AddOrganisation(
                kind=OrganisationKind.SCHOOL_RESEARCH_OFFICE,
                code=f"office{place + 1:03d}",
                name=f"演示第{place + 1}学校教研室",
                parent_id=school_id,
            )
            for place, school_id in enumerate(ids)
        ]
        office_ids = await identity.add_organisations(session, _admin(city), offices, now=now)
    city.schools = [School(*pair) for pair in zip(ids, office_ids, homes, strict=True)]


async def _add_officers(database: Database, city: City, seeds: Path, now: datetime) -> None:
    listed = [row for row in rows(seeds, "people.csv") if row["role"] == "officer"]
    places = [(_officer(row), city.bodies[row["organisation"]]) for row in listed]
    for number, school in enumerate(city.schools):
        for what, body in (("clerk", school.id), ("research", school.office_id)):
            named = {"code": f"{what}{number + 1:03d}", "name": f"{SURNAMES[number % 10]}某{what}"}
            places.append((_officer(named), body))
    actors = await _seat(database, city, places, Role.OFFICER, now)
    city.officers |= {person.code: actor for (person, _), actor in zip(places, actors, strict=True)}
    at_bodies = {actor.seats[0].organisation_id: actor for actor in actors}
    city.clerks = {school.id: at_bodies[school.id] for school in city.schools}
    city.registrars = {school.id: at_bodies[school.office_id] for school in city.schools}


async def _seat(
    database: Database,
    city: City,
    places: list[tuple[AddPerson, OrganisationId]],
    role: Role,
    now: datetime,
) -> list[Actor]:
    async with database.transaction(city.bureau.id) as session:
        ids = await identity.add_people(session, _admin(city), [person for person, _ in places], now=now)
        seats = [
            Appoint(person_id=id_, organisation_id=body, role=role, from_on=ROSTER_FROM_ON)
            for id_, (_, body) in zip(ids, places, strict=True)
        ]
        await identity.appoint_all(session, _admin(city), seats, now=now)
        bodies = await queries.organisations(session, city.bureau.id, {body for _, body in places})
    return [
        Actor(city.bureau.id, id_, (Seat(role, body, bodies[body].kind),))
        for id_, (_, body) in zip(ids, places, strict=True)
    ]


async def _add_teachers(database: Database, city: City, teachers: int, now: datetime) -> None:
    places: list[tuple[AddPerson, OrganisationId]] = []
    for order in range(teachers):
        joined = date(city.chance.randint(1985, now.year - 2), 9, 1)
        person = AddPerson(
            code=f"teacher{order + 1:05d}",
            name=f"{SURNAMES[order % len(SURNAMES)]}某{order + 1:05d}",
            sex=city.chance.choice(("female", "male")),
            born_on=date(joined.year - 23, city.chance.randint(1, 12), city.chance.randint(1, 28)),
            joined_on=joined,
            subject=city.chance.choice(SUBJECTS),
        )
        places.append((person, city.schools[order % len(city.schools)].id))
    actors = await _seat(database, city, places, Role.TEACHER, now)
    for order, actor in enumerate(actors):
        school = city.schools[order % len(city.schools)]
        backbone, homeroom = city.chance.random() < 1 / 5, city.chance.random() < 1 / 4
        city.teachers.append(Teacher(actor, order, school, backbone, homeroom))
    await _name_posts(database, city, now)


async def _name_posts(database: Database, city: City, now: datetime) -> None:
    def ids(wanted: Iterator[Teacher]) -> list[PersonId]:
        return [teacher.actor.person_id for teacher in wanted]

    posts = [
        GivePost(person_id=id_, post=post, from_on=ROSTER_FROM_ON)
        for post, held in (
            ("subject_teacher", ids(iter(city.teachers))),
            ("homeroom", ids(teacher for teacher in city.teachers if teacher.is_homeroom)),
            ("principal", ids(iter(city.teachers[: len(city.schools)]))),
        )
        for id_ in held
    ]
    backbones = ids(teacher for teacher in city.teachers if teacher.is_backbone)
    masters = backbones[::MASTERS_EVERY]
    tiers = [
        GiveTier(person_id=id_, tier=tier, from_on=ROSTER_FROM_ON)
        for tier, held in (("backbone", backbones), ("master_candidate", masters))
        for id_ in held
    ]
    async with database.transaction(city.bureau.id) as session:
        await identity.give_posts(session, _admin(city), posts, now=now)
        await identity.give_tiers(session, _admin(city), tiers, now=now)
