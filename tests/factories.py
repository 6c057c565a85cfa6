"""Inert rows for tests: what a test needs to stand there, put in without going through operations.

A row is a dict of column values; `add` writes rows of one table for one bureau.
"""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import factory
from sqlalchemy import Table, insert

from vouchermarket.identity import tables as identity
from vouchermarket.identity.structs import Actor, OrganisationKind, Role, Seat
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import BureauId, OrganisationId, PersonId, new_id

NOW = datetime(2014, 3, 3, 1, 0, tzinfo=UTC)
TODAY = date(2014, 3, 3)


class BureauRow(factory.DictFactory):
    id = factory.LazyFunction(new_id)
    code = factory.LazyAttribute(lambda row: f"b{row.id.hex[-10:]}")
    name = "测试市教育局"
    time_zone = "Asia/Shanghai"
    opened_at = NOW


class OrganisationRow(factory.DictFactory):
    id = factory.LazyFunction(new_id)
    kind = "school"
    code = factory.Sequence(lambda n: f"org{n:05d}")
    name = factory.LazyAttribute(lambda row: f"测试单位 {row.code}")
    parent_id = None
    is_direct = False
    is_rural = False
    stage = None
    provider_kind = None


class PersonRow(factory.DictFactory):
    id = factory.LazyFunction(new_id)
    code = factory.Sequence(lambda n: f"teacher{n:05d}")
    name = "张三"
    sex = "female"
    born_on = date(1975, 5, 1)
    joined_on = date(1998, 9, 1)
    subject = "chinese"


class AppointmentRow(factory.DictFactory):
    id = factory.LazyFunction(new_id)
    role = "officer"
    from_on = date(2009, 1, 1)
    to_on = None


async def add(session: Session, bureau_id: UUID, table: Table, *rows: dict[str, Any]) -> None:
    """Write rows of one table in one bureau."""
    await session.execute(insert(table), [{"bureau_id": bureau_id, **row} for row in rows])


async def make_bureau(database: Database) -> BureauId:
    """A bureau with nothing in it."""
    row = BureauRow()
    async with database.registry() as session:
        await session.execute(insert(identity.bureau).values(**row))
    return BureauId(row["id"])


class City:
    """Ids and actors of a small city; `officers[kind]` are two persons of that body."""

    def __init__(self, bureau_id: BureauId) -> None:
        self.bureau_id = bureau_id
        self.bodies: dict[str, OrganisationId] = {}
        self.officers: dict[str, list[Actor]] = {}
        self.teachers: dict[str, list[Actor]] = {}

    def officer(self, body: str, which: int = 0) -> Actor:
        """One of the two officers of a body, by the body's name in this city."""
        return self.officers[body][which]

    def teacher(self, which: int = 0, school: str = "school_a") -> Actor:
        """One of the teachers of a school."""
        return self.teachers[school][which]


# name → (kind, parent, more). Two providers, so that one can be kept from the other's figures.
_BODIES: dict[str, tuple[OrganisationKind, str | None, dict[str, Any]]] = {
    "bureau": (OrganisationKind.BUREAU, None, {}),
    "teacher_office": (OrganisationKind.TEACHER_OFFICE, None, {}),
    "training_centre": (OrganisationKind.TRAINING_CENTRE, None, {}),
    "research_institute": (OrganisationKind.RESEARCH_INSTITUTE, None, {}),
    "finance_office": (OrganisationKind.FINANCE_OFFICE, None, {}),
    "inspectorate": (OrganisationKind.INSPECTORATE, None, {}),
    "county": (OrganisationKind.COUNTY_BUREAU, None, {}),
    "county_body": (OrganisationKind.COUNTY_TRAINING_BODY, "county", {}),
    "school_a": (OrganisationKind.SCHOOL, None, {"is_direct": True, "stage": "senior"}),
    "school_b": (OrganisationKind.SCHOOL, None, {"is_direct": True, "stage": "junior"}),
    "school_c": (OrganisationKind.SCHOOL, "county", {"is_rural": True, "stage": "primary"}),
    "office_a": (OrganisationKind.SCHOOL_RESEARCH_OFFICE, "school_a", {}),
    "office_c": (OrganisationKind.SCHOOL_RESEARCH_OFFICE, "school_c", {}),
    "provider": (OrganisationKind.PROVIDER, None, {"provider_kind": "university"}),
    "rival": (OrganisationKind.PROVIDER, None, {"provider_kind": "training_body"}),
}


async def make_city(database: Database, bureau_id: BureauId, teachers_each: int = 4) -> City:
    """Every body once, two officers at each, and some teachers at each school."""
    city = City(bureau_id)
    bodies, people, appointments = [], [], []

    def appoint(name: str, role: Role) -> Actor:
        kind = _BODIES[name][0]
        person = PersonRow()
        people.append(person)
        appointments.append(
            AppointmentRow(person_id=person["id"], organisation_id=city.bodies[name], role=role.value)
        )
        return Actor(bureau_id, PersonId(person["id"]), (Seat(role, city.bodies[name], kind),))

    for name, (kind, parent, more) in _BODIES.items():
        row = OrganisationRow(kind=kind.value, parent_id=city.bodies[parent] if parent else None, **more)
        bodies.append(row)
        city.bodies[name] = OrganisationId(row["id"])
        city.officers[name] = [appoint(name, Role.OFFICER) for _ in range(2)]
        if kind is OrganisationKind.SCHOOL:
            city.teachers[name] = [appoint(name, Role.TEACHER) for _ in range(teachers_each)]
    city.officers["administrator"] = [appoint("bureau", Role.ADMINISTRATOR)]
    async with database.transaction(bureau_id) as session:
        await add(session, bureau_id, identity.organisation, *bodies)
        await add(session, bureau_id, identity.person, *people)
        await add(session, bureau_id, identity.appointment, *appointments)
    return city
