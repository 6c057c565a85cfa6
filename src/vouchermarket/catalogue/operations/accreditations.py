"""A provider asks to be accredited; the training centre decides."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update

from vouchermarket.catalogue import queries, rules, tables
from vouchermarket.catalogue.structs import FileAccreditation
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import OrganisationId, new_id
from vouchermarket.kit.locks import lock_rows
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules


def provider_of(actor: Actor, verb: str, provider_id: OrganisationId | None) -> OrganisationId:
    """The provider for which the actor does this: the one named, or else the only one he or she sits at.

    Refuses `RoleNotAllowed`, `NotFound` for another's provider, `ProviderNotNamed`.
    """
    if provider_id is None:
        return rules.only_provider(identity.seats_for(actor, verb))
    return identity.seat_at(actor, verb, provider_id).organisation_id


async def file_accreditation(
    session: Session, actor: Actor, command: FileAccreditation, *, now: datetime
) -> UUID:
    """File an accreditation for the actor's provider; it binds nobody until it is decided.

    Refuses as `provider_of`, and `AccreditationPeriodEmpty`.
    """
    provider_id = provider_of(actor, "file_accreditation", command.provider_id)
    rules.period(command.from_on, command.to_on)
    accreditation_id = new_id()
    await session.execute(
        insert(tables.accreditation).values(
            bureau_id=actor.bureau_id,
            id=accreditation_id,
            provider_id=provider_id,
            from_on=command.from_on,
            to_on=command.to_on,
            document=command.document,
            filed_by=actor.person_id,
            filed_at=now,
        )
    )
    await events.record(
        session,
        actor.bureau_id,
        "catalogue.accreditation_filed",
        accreditation_id,
        now=now,
        actor_id=actor.person_id,
        facts={"provider_id": provider_id},
    )
    return accreditation_id


async def decide_accreditation(
    session: Session, actor: Actor, accreditation_id: UUID, *, approve: bool, now: datetime
) -> None:
    """Approve or reject an accreditation, as another person than the one who filed it.

    Refuses `RoleNotAllowed`, `NotFound`, `AccreditationDecided`, `FilerCannotDecide`.
    """
    identity.seats_for(actor, "decide_accreditation")
    table = tables.accreditation
    rows = await lock_rows(session, table, actor.bureau_id, [accreditation_id])
    if not rows:
        raise identity.NotFound
    rules.decidable(queries.accreditation_of(rows[0]), actor.person_id)
    await session.execute(
        update(table)
        .where(table.c.bureau_id == actor.bureau_id, table.c.id == accreditation_id)
        .values(approved=approve, decided_by=actor.person_id, decided_at=now)
    )
    await events.record(
        session,
        actor.bureau_id,
        "catalogue.accreditation_approved" if approve else "catalogue.accreditation_rejected",
        accreditation_id,
        now=now,
        actor_id=actor.person_id,
        facts={
            "provider_id": rows[0].provider_id,
            **events.changed(rows[0], approved=approve, decided_by=actor.person_id, decided_at=now),
        },
    )
    kind = notice_rules.AccreditationApproved if approve else notice_rules.AccreditationRejected
    told = {"accreditation_id": accreditation_id, "document": rows[0].document}
    await notices.tell_officers(session, actor.bureau_id, rows[0].provider_id, kind, told, now=now)
