"""Who may put an entry into the register, and what fits into it. Pure."""

from collections.abc import Collection
from datetime import date

import msgspec

from vouchermarket.credits.rules.standing import facts_of
from vouchermarket.credits.structs import Desks, NewEntry, Offices, Past, RegisterEntry, Registrar
from vouchermarket.identity import structs as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.kit.money import hundredths
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.policies import rules as policies
from vouchermarket.policies.structs import Authority, Body, Entry

# A row that answers an open question of the document cites no rule; the register says so in its place.
OPEN = "open"


class NotTheRegistrar(Refusal):
    """Carries the clause of the authority row that names another body."""

    code = "not_the_registrar"
    kind = Kind.FORBIDDEN
    zh = "此类学分由“{body}”登记,您不在该单位任职"
    en = 'Credits of this kind are registered by "{body}", where you hold no appointment'
    remedy_zh = "请由该单位的经办人登记"
    remedy_en = "Ask an officer of that body to register it"
    clause = "ZZ-B07"


class OfficeMissing(Refusal):
    """The rule names a body that this school or county does not have."""

    code = "office_missing"
    kind = Kind.CONFLICT
    zh = "条款所指的“{body}”在本市名册中不存在"
    en = 'The body the rule names, "{body}", does not stand in the roster'
    remedy_zh = "请管理员先在名册中设立该单位"
    remedy_en = "Let the administrator open that body in the roster first"
    clause = "ZZ-B07"


class DateAfterToday(Refusal):
    code = "date_after_today"
    kind = Kind.INVALID
    zh = "取得日期 {earned_on} 在今天之后"
    en = "{earned_on} lies after today"
    remedy_zh = "请在取得之后再登记"
    remedy_en = "Register it once it has been earned"


class DocumentRegistered(Refusal):
    code = "document_registered"
    kind = Kind.CONFLICT
    zh = "编号“{document}”的证书已为此人登记过"
    en = 'The diploma "{document}" has been registered for this person before'
    remedy_zh = "同一证书只登记一次;请核对编号,或在退回后更正原登记"
    remedy_en = "A diploma is registered once: check its number, or correct the entry once it is returned"
    clause = "ZZ-A14"


class DocumentMissing(Refusal):
    code = "document_missing"
    kind = Kind.INVALID
    zh = "“{type}”凭证书登记,请填写证书编号"
    en = '"{type}" is registered by its diploma: the number is missing'
    remedy_zh = "请填写证书编号"
    remedy_en = "Give the number of the diploma"
    clause = "ZZ-A14"


class TermNeeded(Refusal):
    code = "term_needed"
    kind = Kind.INVALID
    zh = "“{type}”按学期计满分,须注明学期"
    en = '"{type}" is capped by school term: the term is missing'
    remedy_zh = "请按“2014-1”(春)或“2014-2”(秋)填写学期"
    remedy_en = "Write the term as 2014-1 (spring) or 2014-2 (autumn)"
    clause = "ZZ-A07"


def with_term(pack: policies.Pack, draft: NewEntry) -> NewEntry:
    """The entry with its term: the one it names, else, for a type capped by term, that of its day (S2).

    Refuses `TermNeeded` where such a type names none and the pack gives no dates.
    """
    if draft.term is not None:
        return draft
    asked = Entry(
        type=draft.type,
        amount_hundredths=draft.amount_hundredths,
        unit=draft.unit,
        on=draft.earned_on,
        evidence_complete=draft.evidence_complete,
        status="registered",
        mode=draft.mode,
        level=draft.level,
        document=draft.document,
    )
    cap = next((cap for cap in pack.caps if cap.per == "term" and cap.counts.holds(asked)), None)
    if cap is None:
        return draft
    term = policies.term_of(pack, asked)
    if term is None:
        raise TermNeeded(type=draft.type, clause=cap.clause)
    return msgspec.structs.replace(draft, term=term)


def draft_by_hand(
    registrar: Registrar, command: RegisterEntry, person: identity.Person | None, past: Past
) -> NewEntry:
    """The entry of a command by hand, once it is fit to stand in the register (S15, S9, S4).

    `person` is as the roster had it on the day it was earned; `past` is what he or she has
    of the type. A cap never refuses (S1), and the amount is kept as it was earned (S5).
    Refuses `AmountNotReadable`, `DateAfterToday`, `NotFound`, `DocumentMissing`, `DocumentRegistered`,
    `WindowUsed`, `OfficeMissing`, `NotTheRegistrar` with the row's clause, `TermNeeded`, and as
    `policies.rules.admit`.
    """
    amount_hundredths = hundredths(command.amount)
    refuse_after(command.earned_on, registrar.today)
    if person is None or person.school is None:
        raise NotFound
    pack, school = registrar.pack, person.school
    facts = facts_of(person, school)
    policies.admit(pack, command.type, command.level, command.mode, command.unit, facts, command.earned_on)
    refuse_document(pack, command.type, command.document, past.documents)
    policies.apply(pack, command.type, command.earned_on, past.days)
    authority = policies.authority(pack, command.type, command.level, school.is_direct)
    bodies = offices(authority, registrar.desks, command.organiser_id or school.id, school.id)
    refuse_stranger(authority, bodies, registrar.offices)
    draft = NewEntry(
        person_id=command.person_id,
        type=command.type,
        amount_hundredths=amount_hundredths,
        unit=command.unit,
        earned_on=command.earned_on,
        term=command.term,
        mode=command.mode,
        level=command.level,
        document=command.document,
        evidence=command.evidence,
        evidence_complete=command.evidence_complete,
        registrar_id=registrar.person_id,
        registrar_office_id=bodies.registrar_id,
        reviewer_office_id=bodies.reviewer_id,
        clause=bodies.clause,
        policy_version_id=registrar.version_id,
    )
    return with_term(pack, draft)


def refuse_correction_unfit(pack: policies.Pack, draft: NewEntry, past: Past) -> None:
    """Whether a correction fits into the register; person, type, level and unit were judged before.

    `past` is without the entry it replaces. Refuses `ModeNotAllowed`, `DocumentMissing`,
    `DocumentRegistered`, `WindowUsed`.
    """
    policies.admit(pack, draft.type, draft.level, draft.mode, draft.unit, None, draft.earned_on)
    refuse_document(pack, draft.type, draft.document, past.documents)
    policies.apply(pack, draft.type, draft.earned_on, past.days)


def refuse_after(earned_on: date, today: date) -> None:
    """What has not been earned yet is not registered (S4). Refuses `DateAfterToday`."""
    if earned_on > today:
        raise DateAfterToday(earned_on=earned_on)


def refuse_document(
    pack: policies.Pack, type_: str, document: str | None, documents: Collection[str]
) -> None:
    """A type earned by diploma needs its number, and a number stands once (S9).

    Refuses `DocumentMissing`, `DocumentRegistered`.
    """
    row = pack.training_type(type_)
    if document is None and row is not None and row.per == "document":
        raise DocumentMissing(type=type_, clause=row.clause)
    if document is not None and document in documents:
        raise DocumentRegistered(document=document, clause=row.clause if row else None)


def refuse_stranger(authority: Authority, offices: Offices, seats: Collection[OrganisationId]) -> None:
    """Only the body the authority row names registers. Refuses `NotTheRegistrar` with the row's clause."""
    if offices.registrar_id not in seats:
        raise NotTheRegistrar(body=authority.registrar, clause=authority.clause)


def offices(
    authority: Authority, desks: Desks, organiser_id: OrganisationId, school_id: OrganisationId
) -> Offices:
    """The two bodies an authority row means (S20): school and county are those that organised the training.

    A reviewing county body that the organiser does not have is that of the teacher's school.
    Refuses `OfficeMissing` with the row's clause.
    """
    registrar_id = _desk(authority.registrar, desks, organiser_id)
    if registrar_id is None:
        raise OfficeMissing(body=authority.registrar, clause=authority.clause)
    if authority.reviewer == "none":
        return Offices(registrar_id, None, authority.clause or OPEN)
    reviewer_id = _desk(authority.reviewer, desks, organiser_id) or _desk(
        authority.reviewer, desks, school_id
    )
    if reviewer_id is None:
        raise OfficeMissing(body=authority.reviewer, clause=authority.clause)
    return Offices(registrar_id, reviewer_id, authority.clause or OPEN)


def _desk(body: Body, desks: Desks, of: OrganisationId) -> OrganisationId | None:
    if body == "school_research_office":
        return desks.research_offices.get(of)
    if body == "county_training_body":
        return desks.county_bodies.get(of)
    return desks.centre_id
