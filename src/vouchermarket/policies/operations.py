"""Versions of a pack in the database: proposed by one person, decided by another, append-only."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from vouchermarket.identity import operations as identity_operations
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import PolicyVersionId, new_id
from vouchermarket.policies import packs
from vouchermarket.policies.rules import versions
from vouchermarket.policies.tables import policy_decision, policy_version


async def propose(session: Session, actor: Actor, content: str, *, now: datetime) -> PolicyVersionId:
    """Hand in the text of a `pack.toml` as a new version; it binds nobody yet.

    Refuses `PackNotReadable` with every fault and its path, `VersionKnown` for the same text twice.
    """
    identity.seats_for(actor, "propose_policy")
    pack = packs.decode(content)
    digest = hashlib.sha256(content.encode()).digest()
    table = policy_version
    known = select(table.c.id).where(table.c.bureau_id == actor.bureau_id, table.c.digest == digest)
    if (await session.execute(known)).first():
        raise versions.VersionKnown(pack=pack.header.code)
    version_id = PolicyVersionId(new_id())
    facts = {"pack": pack.header.code, "sha256": digest.hex()}
    event_id = await events.record(
        session,
        actor.bureau_id,
        "policies.proposed",
        version_id,
        now=now,
        actor_id=actor.person_id,
        facts=facts,
    )
    row = {
        "bureau_id": actor.bureau_id,
        "id": version_id,
        "code": pack.header.code,
        "content": content,
        "digest": digest,
        "effective_from": pack.header.effective_from,
        "proposed_by": actor.person_id,
        "proposed_at": now,
        "event_id": event_id,
    }
    await session.execute(insert(table).values(row))
    return version_id


async def decide(session: Session, actor: Actor, version_id: UUID, *, approve: bool, now: datetime) -> None:
    """Approve or reject a proposed version, as a second person. An approved one is in force from its day.

    Refuses `VersionUnknown`, `VersionDecided`, `ProposerCannotDecide`, `ActsForMaker`.
    """
    identity.seats_for(actor, "decide_policy")
    version, decision = policy_version, policy_decision
    found = (
        await session.execute(
            select(version.c.proposed_by, version.c.proposed_at, decision.c.version_id.label("decided"))
            .select_from(
                version.outerjoin(
                    decision,
                    leads_to(decision.c.version_id, version),
                )
            )
            .where(version.c.bureau_id == actor.bureau_id, version.c.id == version_id)
        )
    ).one_or_none()
    if found is None:
        raise versions.VersionUnknown
    versions.decidable(
        is_decided=found.decided is not None, proposed_by=found.proposed_by, by=actor.person_id
    )
    await identity_operations.of_other_hands(session, actor, (found.proposed_by, found.proposed_at))
    verb = "policies.approved" if approve else "policies.rejected"
    event_id = await events.record(
        session,
        actor.bureau_id,
        verb,
        version_id,
        now=now,
        actor_id=actor.person_id,
        facts=events.changed({"approved": None}, approved=approve),
    )
    row = {
        "bureau_id": actor.bureau_id,
        "version_id": version_id,
        "approved": approve,
        "proposed_by": found.proposed_by,
        "decided_by": actor.person_id,
        "decided_at": now,
        "event_id": event_id,
    }
    await session.execute(insert(decision).values(row))
