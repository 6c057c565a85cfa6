"""Which version of the bureau's pack is in force, and its text decoded once per process."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import and_, select

from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import PersonId, PolicyVersionId
from vouchermarket.policies import packs
from vouchermarket.policies.rules import Pack, versions
from vouchermarket.policies.tables import policy_decision, policy_version


class InForce(msgspec.Struct, frozen=True):
    """A version and its decoded pack: what is judged under it stores its id."""

    version_id: PolicyVersionId
    pack: Pack


class Version(msgspec.Struct, frozen=True):
    """A version of the bureau's pack, and what was decided of it: `approved` None = not yet."""

    id: PolicyVersionId
    code: str
    effective_from: date
    proposed_by: PersonId
    proposed_at: datetime
    decided_by: PersonId | None
    decided_at: datetime | None
    approved: bool | None


_approved = and_(
    leads_to(policy_decision.c.version_id, policy_version),
    policy_decision.c.approved,
)
_joined = policy_version.join(policy_decision, _approved)


# Who sees a version before it binds anybody, or one that never will.
_DESKS_OF_DRAFTS = ("propose_policy", "decide_policy", "read_audit")

# A version never changes, so its decoding is kept as long as the process lives. The bureau is part of the
# key: knowing another bureau's version id opens nothing.
_decoded: dict[tuple[UUID, UUID], InForce] = {}
_KEPT_MAX = 256


async def in_force(session: Session, bureau_id: UUID, on: date) -> InForce:
    """The version in force on a civil day: of those effective by then, the one approved last.

    Refuses `NoPolicyInForce`.
    """
    statement = (
        select(policy_version.c.id)
        .select_from(_joined)
        .where(policy_version.c.bureau_id == bureau_id, policy_version.c.effective_from <= on)
        .order_by(
            policy_version.c.effective_from.desc(),
            policy_decision.c.decided_at.desc(),
            policy_version.c.id.desc(),
        )
        .limit(1)
    )
    version_id = (await session.execute(statement)).scalar()
    if version_id is None:
        raise versions.NoPolicyInForce(on=on)
    return await by_version(session, bureau_id, version_id)


async def by_version(session: Session, bureau_id: UUID, version_id: UUID) -> InForce:
    """A version by its id, approved or not. Refuses `VersionUnknown`."""
    kept = _decoded.get((bureau_id, version_id))
    if kept is not None:
        return kept
    statement = select(policy_version.c.content).where(
        policy_version.c.bureau_id == bureau_id, policy_version.c.id == version_id
    )
    content = (await session.execute(statement)).scalar()
    if content is None:
        raise versions.VersionUnknown
    if len(_decoded) >= _KEPT_MAX:
        _decoded.clear()
    found = _decoded[bureau_id, version_id] = InForce(PolicyVersionId(version_id), packs.decode(content))
    return found


async def open_version(session: Session, actor: Actor, version_id: PolicyVersionId) -> InForce:
    """A version for reading: an approved one for everybody, any other for the desks of drafts.

    Refuses `VersionUnknown`.
    """
    if not _sees_drafts(actor):
        statement = (
            select(policy_version.c.id)
            .select_from(_joined)
            .where(policy_version.c.bureau_id == actor.bureau_id, policy_version.c.id == version_id)
        )
        if (await session.execute(statement)).scalar() is None:
            raise versions.VersionUnknown
    return await by_version(session, actor.bureau_id, version_id)


async def versions_open_to(session: Session, actor: Actor) -> list[Version]:
    """The versions the actor may read, the one proposed last first."""
    decided = policy_decision.c
    of_version = and_(
        decided.bureau_id == policy_version.c.bureau_id, decided.version_id == policy_version.c.id
    )
    statement = (
        select(policy_version, decided.decided_by, decided.decided_at, decided.approved)
        .join_from(policy_version, policy_decision, of_version, isouter=True)
        .where(policy_version.c.bureau_id == actor.bureau_id)
        .order_by(policy_version.c.proposed_at.desc(), policy_version.c.id.desc())
    )
    if not _sees_drafts(actor):
        statement = statement.where(decided.approved)
    return [
        Version(
            row.id,
            row.code,
            row.effective_from,
            row.proposed_by,
            row.proposed_at,
            row.decided_by,
            row.decided_at,
            row.approved,
        )
        for row in await session.execute(statement)
    ]


def _sees_drafts(actor: Actor) -> bool:
    desks = frozenset[str]().union(*(identity.matrix()[verb] for verb in _DESKS_OF_DRAFTS))
    return any(seat.desk in desks for seat in actor.seats)
