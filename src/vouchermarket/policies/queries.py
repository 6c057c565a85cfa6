"""Which version of the bureau's pack is in force, and its text decoded once per process."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import and_, select

from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PolicyVersionId
from vouchermarket.policies import packs
from vouchermarket.policies.rules import Pack, versions
from vouchermarket.policies.tables import policy_decision, policy_version


class InForce(msgspec.Struct, frozen=True):
    """A version and its decoded pack: what is judged under it stores its id."""

    version_id: PolicyVersionId
    pack: Pack


_approved = and_(
    policy_decision.c.bureau_id == policy_version.c.bureau_id,
    policy_decision.c.version_id == policy_version.c.id,
    policy_decision.c.approved,
)
_joined = policy_version.join(policy_decision, _approved)


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
