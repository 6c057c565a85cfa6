"""Where an entry stands, and how it is put before the judge. Pure."""

from collections.abc import Iterable
from typing import cast

from vouchermarket.credits.structs import CreditEntry, Decision, EntryStatus
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity import structs as identity
from vouchermarket.policies.structs import Affiliation, Entry, Exemption, Person, Post, Status

_READERS = ("read_audit", "register_credit", "decide_credit")

_STATUS = {
    Decision.APPROVE: EntryStatus.APPROVED,
    Decision.RETURN: EntryStatus.RETURNED,
    Decision.REJECT: EntryStatus.REJECTED,
    Decision.REVERSE: EntryStatus.REVERSED,
}

# The judge knows four words: an entry sent back is one that has not been approved yet (S4).
_JUDGED_AS: dict[EntryStatus, Status] = {
    EntryStatus.REGISTERED: "registered",
    EntryStatus.APPROVED: "approved",
    EntryStatus.RETURNED: "registered",
    EntryStatus.REJECTED: "rejected",
    EntryStatus.REVERSED: "reversed",
}


def status_of(last: Decision | None) -> EntryStatus:
    """Where an entry stands after its last decision; without one it is registered."""
    return EntryStatus.REGISTERED if last is None else _STATUS[last]


def judged(entry: CreditEntry) -> Entry:
    """The entry as the judge of `policies.rules.evaluate` takes it."""
    return Entry(
        type=entry.type,
        amount_hundredths=entry.amount_hundredths,
        unit=entry.unit,
        on=entry.earned_on,
        evidence_complete=entry.evidence_complete,
        status=_JUDGED_AS[entry.status],
        term=entry.term,
        mode=entry.mode,
        level=entry.level,
        document=entry.document,
    )


def facts_of(
    person: identity.Person,
    school: identity.Organisation,
    exemptions: Iterable[identity.Exemption] = (),
) -> Person:
    """A person of the roster as the judge takes one: facts of the day the roster was read for."""
    return Person(
        id=person.code,
        born_on=person.born_on,
        sex="male" if person.sex == "male" else "female",
        joined_on=person.joined_on,
        # The roster may know posts no pack speaks of; a filter never meets them.
        posts=cast("tuple[Post, ...]", person.posts),
        tiers=person.tiers,
        school=Affiliation(
            is_direct=school.is_direct,
            id=school.code,
            kind=school.stage.value if school.stage else None,
            rural=school.is_rural,
        ),
        registered=person.registered,
        appointed_on=person.appointed_on,
        exemptions=tuple(
            Exemption(
                rule=one.rule,
                begins_on=one.from_on,
                ends_on=one.to_on,
                reason=one.reason,
                approved_by=one.granted_by_code,
            )
            for one in exemptions
        ),
    )


def may_read(entry: CreditEntry, actor: identity.Actor) -> bool:
    """Whose entry it is, who acts on it, and who reads the audit trail may read it."""
    reads, registers, reviews = (identity_rules.matrix()[verb] for verb in _READERS)
    return entry.person_id == actor.person_id or any(
        seat.desk in reads
        or (seat.desk in registers and seat.organisation_id == entry.registrar_office_id)
        or (seat.desk in reviews and seat.organisation_id == entry.reviewer_office_id)
        for seat in actor.seats
    )
