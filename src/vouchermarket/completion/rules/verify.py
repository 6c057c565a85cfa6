"""The registrar's judgement: who may verify, what is earned in fen and in credits. Pure."""

from collections.abc import Collection
from fractions import Fraction

from vouchermarket.completion.rules import refusals
from vouchermarket.completion.rules.money import settle_holds
from vouchermarket.completion.structs import Case, Judged, State
from vouchermarket.credits import rules as credits_rules
from vouchermarket.credits.structs import Desks, NewEntry, Offices
from vouchermarket.identity.structs import Organisation
from vouchermarket.kit import money
from vouchermarket.kit.ids import OrganisationId, PersonId
from vouchermarket.policies import rules as policies
from vouchermarket.policies.structs import Authority


def refuse_verification(case: Case, by: PersonId, line: int) -> None:
    """Whether a completion is ripe, and this person far enough from it.

    Refuses `CompletionRevoked`, `AlreadyVerified`, `CompletionContested`, `NotConfirmed`,
    `BookingCancelled`, `VerifierNotIndependent`.
    """
    match case.completion.state:
        case State.REVOKED:
            raise refusals.CompletionRevoked
        case State.VERIFIED:
            raise refusals.AlreadyVerified
        case State.CONTESTED:
            raise refusals.CompletionContested
        case State.REPORTED:
            raise refusals.NotConfirmed
        case State.CONFIRMED:
            pass
    if case.participant.is_cancelled:
        raise refusals.BookingCancelled(line=line)
    if by in {case.completion.reported_by, case.participant.person_id}:
        raise refusals.VerifierNotIndependent


def offices_of(case: Case, desks: Desks) -> tuple[Authority, Offices]:
    """The row of the authority table for a completion, and the two bodies it means (S20, S22).

    Refuses `TeacherWithoutSchool`, `credits.rules.OfficeMissing` and as `policies.rules.authority`.
    """
    school = _school(case)
    authority = policies.authority(case.pack, case.run.type, case.run.level, school.is_direct)
    return authority, credits_rules.offices(authority, desks, case.run.organiser_id, school.id)


def judge(case: Case, desks: Desks, by: PersonId, seats: Collection[OrganisationId], line: int) -> Judged:
    """What verifying does, by the version the completion was reported under.

    Attendance reaches a tier; its share of the price is captured once for the booking and of the credits
    registered, both rounded down. An entry of 0 stands all the same: the training took place.
    Refuses as `refuse_verification` and `offices_of`; `credits.rules.NotTheRegistrar` with the row's clause
    where another body registers; `HoldsShort`, `credits.rules.TermNeeded`.
    """
    refuse_verification(case, by, line)
    authority, offices = offices_of(case, desks)
    credits_rules.refuse_stranger(authority, offices, seats)
    share = policies.attendance_share(case.pack, case.completion.attended, case.completion.meetings).share
    return Judged(
        settled=tuple(settle_holds(case.participant.price_fen, share, case.holds)),
        entry=credits_rules.with_term(case.pack, _entry(case, offices, by, share)),
    )


def _school(case: Case) -> Organisation:
    if case.person is None or case.person.school is None:
        raise refusals.TeacherWithoutSchool(on=case.ends_on)
    return case.person.school


def _entry(case: Case, offices: Offices, by: PersonId, share: Fraction) -> NewEntry:
    run, amount = case.run, money.part(case.run.amount_hundredths, share)
    return NewEntry(
        person_id=case.participant.person_id,
        type=run.type,
        amount_hundredths=policies.earned(case.pack, run.type, amount),
        unit=run.unit,
        earned_on=case.ends_on,
        term=None,
        mode=run.mode,
        level=run.level,
        evidence=case.completion.evidence,
        registrar_id=by,
        registrar_office_id=offices.registrar_id,
        reviewer_office_id=offices.reviewer_id,
        clause=offices.clause,
        policy_version_id=case.completion.policy_version_id,
        source_id=case.completion.id,
    )
