"""Opening a bureau: the tenant's row, then the one person nobody could appoint."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from vouchermarket.identity import queries, rules, tables
from vouchermarket.identity.operations import roster
from vouchermarket.identity.structs import (
    Actor,
    AddOrganisation,
    AddPerson,
    Appoint,
    Bureau,
    OpenBureau,
    OrganisationKind,
    Role,
    Seat,
)
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BureauId, new_id


async def open_bureau(registry: Session, command: OpenBureau, *, now: datetime) -> Bureau:
    """Open a tenant with the hosts it answers at. Runs on `Database.registry()`, above all bureaus.

    Refuses `CodeTaken`.
    """
    ZoneInfo(command.time_zone)
    if await queries.bureau_by_code(registry, command.code):
        raise rules.CodeTaken(taken=command.code)
    bureau = Bureau(BureauId(new_id()), command.code, command.name, command.time_zone)
    await registry.execute(
        insert(tables.bureau).values(
            id=bureau.id, code=bureau.code, name=bureau.name, time_zone=bureau.time_zone, opened_at=now
        )
    )
    if command.hosts:
        rows = [{"host": host.lower(), "bureau_id": bureau.id} for host in command.hosts]
        await registry.execute(insert(tables.bureau_host), rows)
    return bureau


async def first_administrator(
    session: Session, bureau: Bureau, command: AddPerson, *, now: datetime
) -> Actor:
    """Put the first administrator into the bureau's own body; every other seat is given by a person.

    Refuses `AdministratorPresent`.
    """
    seats = tables.appointment
    seated = select(seats.c.id).where(
        seats.c.bureau_id == bureau.id, seats.c.role == Role.ADMINISTRATOR.value
    )
    if (await session.execute(seated.limit(1))).first():
        raise rules.AdministratorPresent
    body = AddOrganisation(kind=OrganisationKind.BUREAU, code=bureau.code, name=bureau.name)
    (body_id,) = await roster.write_organisations(session, bureau.id, [body], by=None, now=now)
    (person_id,) = await roster.write_people(session, bureau.id, [command], by=None, now=now)
    seat = Appoint(
        person_id=person_id,
        organisation_id=body_id,
        role=Role.ADMINISTRATOR,
        from_on=civil_day(now, bureau.time_zone),
    )
    await roster.write_appointments(session, bureau.id, [seat], by=None, now=now)
    return Actor(bureau.id, person_id, (Seat(seat.role, body_id, body.kind),))
