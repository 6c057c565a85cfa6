"""Who may decide on an entry, correct it, or take it back. Pure."""

from collections.abc import Collection, Mapping, Sequence

from vouchermarket.credits.rules.standing import status_of
from vouchermarket.credits.structs import CorrectEntry, CreditEntry, Decided, Decision, EntryStatus, NewEntry
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.ids import EntryId, OrganisationId, PersonId
from vouchermarket.kit.refusal import Kind, Refusal


class NothingToReview(Refusal):
    code = "nothing_to_review"
    kind = Kind.CONFLICT
    zh = "此类培训只作记录,不单独计分,无须审核"
    en = "Training of this kind is recorded and earns no credit: there is nothing to review"
    remedy_zh = "无须办理"
    remedy_en = "Nothing needs to be done"
    clause = "ZZ-T10"


class RegistrarCannotReview(Refusal):
    code = "registrar_cannot_review"
    kind = Kind.FORBIDDEN
    zh = "登记人不能审核自己登记的学分"
    en = "Whoever registered an entry cannot decide on it"
    remedy_zh = "请由同一单位的另一位经办人办理"
    remedy_en = "Ask another officer of the same body"
    clause = "ZZ-B05"


class EntryDecided(Refusal):
    code = "entry_decided"
    kind = Kind.CONFLICT
    zh = "此项学分已有决定:{status}"
    en = "This entry has been decided: {status}"
    remedy_zh = "如依据有误,请由登记单位更正或撤销"
    remedy_en = "If its ground is wrong, let the registrar correct it, or revoke the completion"


class EntryNotReturned(Refusal):
    code = "entry_not_returned"
    kind = Kind.CONFLICT
    zh = "只有被退回且尚未更正的学分可以更正;此项为:{status}"
    en = "Only an entry that was returned and not yet corrected can be corrected; this one is: {status}"
    remedy_zh = "请查看最新一条登记"
    remedy_en = "Look at the newest entry of this training"


class EntryReversed(Refusal):
    code = "entry_reversed"
    kind = Kind.CONFLICT
    zh = "此项学分已经撤销"
    en = "This entry has been reversed already"
    remedy_zh = "无须再次办理"
    remedy_en = "Nothing more needs to be done"


def refuse_review(entry: CreditEntry | None, by: PersonId, offices: Collection[OrganisationId]) -> None:
    """Whether this person, with seats at `offices`, may decide the entry now.

    Refuses `NotFound` where the entry is not before one of these offices, `NothingToReview`,
    `RegistrarCannotReview`, `EntryDecided`.
    """
    if entry is None:
        raise NotFound
    if entry.reviewer_office_id is None:
        raise NothingToReview
    if entry.reviewer_office_id not in offices:
        raise NotFound
    if entry.registrar_id == by:
        raise RegistrarCannotReview
    if entry.status is not EntryStatus.REGISTERED:
        raise EntryDecided(status=entry.status.value)


def refuse_correction(entry: CreditEntry | None, offices: Collection[OrganisationId]) -> CreditEntry:
    """Whether an entry may be corrected by these offices. Refuses `NotFound`, `EntryNotReturned`."""
    if entry is None or entry.registrar_office_id not in offices:
        raise NotFound
    if entry.status is not EntryStatus.RETURNED or entry.is_replaced:
        raise EntryNotReturned(status="replaced" if entry.is_replaced else entry.status.value)
    return entry


def corrected(
    returned: CreditEntry, command: CorrectEntry, amount_hundredths: int, registrar_id: PersonId
) -> NewEntry:
    """The entry that takes a returned one's place: same person, type, level, offices, clause and source."""
    return NewEntry(
        person_id=returned.person_id,
        type=returned.type,
        amount_hundredths=amount_hundredths,
        unit=returned.unit,
        earned_on=command.earned_on,
        term=command.term,
        mode=command.mode,
        level=returned.level,
        document=command.document,
        evidence=command.evidence,
        evidence_complete=command.evidence_complete,
        registrar_id=registrar_id,
        registrar_office_id=returned.registrar_office_id,
        reviewer_office_id=returned.reviewer_office_id,
        clause=returned.clause,
        policy_version_id=returned.policy_version_id,
        source_id=returned.source_id,
        replaces_id=returned.id,
    )


def reviewed_at(entry: CreditEntry) -> OrganisationId:
    """The body that reviews an entry. Refuses `NothingToReview` where none does."""
    if entry.reviewer_office_id is None:
        raise NothingToReview
    return entry.reviewer_office_id


def refuse_reversal(entry: CreditEntry | None, by: PersonId) -> CreditEntry:
    """Whether an entry may be reversed because its ground is gone, wherever its review stands.

    Refuses `NotFound`, `EntryReversed`, `RegistrarCannotReview`.
    """
    if entry is None:
        raise NotFound
    if entry.status is EntryStatus.REVERSED:
        raise EntryReversed
    if entry.registrar_id == by:
        raise RegistrarCannotReview
    return entry


def outcomes(
    entries: Mapping[EntryId, CreditEntry],
    entry_ids: Sequence[EntryId],
    decision: Decision,
    by: PersonId,
    offices: Collection[OrganisationId],
) -> list[Decided]:
    """One outcome for each entry asked for, in the order asked; an id twice is decided once."""
    found: dict[EntryId, Decided] = {}
    for entry_id in entry_ids:
        if entry_id in found:
            continue
        try:
            refuse_review(entries.get(entry_id), by, offices)
        except Refusal as refusal:
            found[entry_id] = Decided(entry_id, refusal=refusal)
        else:
            found[entry_id] = Decided(entry_id, status=status_of(decision))
    return [found[entry_id] for entry_id in dict.fromkeys(entry_ids)]
