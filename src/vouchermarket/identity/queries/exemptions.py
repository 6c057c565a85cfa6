"""Which rules do not bind whom."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from vouchermarket.identity.structs import Exemption
from vouchermarket.identity.tables import exemption, person
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import PersonId


async def exemptions_of(session: Session, bureau_id: UUID, person_id: UUID) -> list[Exemption]:
    """All exemptions of a person, past ones too, in the order in which they begin."""
    return (await exemptions_among(session, bureau_id, [person_id])).get(PersonId(person_id), [])


async def exemptions_among(
    session: Session, bureau_id: UUID, person_ids: Collection[UUID]
) -> dict[PersonId, list[Exemption]]:
    """`exemptions_of` for many persons in one statement; who has none is left out."""
    statement = (
        select(exemption, person.c.code)
        .join(person, leads_to(exemption.c.granted_by, person))
        .where(exemption.c.bureau_id == bureau_id, exemption.c.person_id == among(person_ids))
        .order_by(exemption.c.from_on, exemption.c.id)
    )
    found: dict[PersonId, list[Exemption]] = {}
    for row in await session.execute(statement):
        one = Exemption(
            row.id,
            PersonId(row.person_id),
            row.rule,
            row.from_on,
            row.to_on,
            row.reason,
            PersonId(row.granted_by),
            row.code,
            row.granted_at,
        )
        found.setdefault(one.person_id, []).append(one)
    return found
