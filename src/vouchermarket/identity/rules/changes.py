"""What may become of people: moving, leaving, dying, standing in for another."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from vouchermarket.identity.rules.roster import PeriodEmpty
from vouchermarket.identity.structs import Actor, Appoint, DepartureKind, Role
from vouchermarket.kit.ids import OrganisationId, PersonId
from vouchermarket.kit.refusal import Kind, Refusal


class PersonGone(Refusal):
    code = "person_gone"
    kind = Kind.CONFLICT
    zh = "该人员自 {gone_on} 起已不在岗"
    en = "The person is gone from {gone_on} on"
    remedy_zh = "如登记有误或其已返岗,请管理员撤回离岗登记"
    remedy_en = "If that is wrong, or the person is back, let the administrator take the departure back"


class DepartureRecorded(Refusal):
    code = "departure_recorded"
    kind = Kind.CONFLICT
    zh = "已登记其自 {gone_on} 起不在岗"
    en = "It is recorded already that the person is gone from {gone_on} on"
    remedy_zh = "如登记有误,请先撤回原登记"
    remedy_en = "If that is wrong, take it back first"


class DeathAhead(Refusal):
    code = "death_ahead"
    kind = Kind.INVALID
    zh = "去世日期不能晚于今天 {today}"
    en = "Nobody is known to die after today, {today}"
    remedy_zh = "请核对日期"
    remedy_en = "Check the date"


class SchoolMissing(Refusal):
    code = "school_missing"
    kind = Kind.CONFLICT
    zh = "该人员在 {on} 之前不在任何学校任教"
    en = "The person teaches at no school on the day before {on}"
    remedy_zh = "请直接任职,或改换日期"
    remedy_en = "Appoint the person instead, or choose another day"


class SchoolUnchanged(Refusal):
    code = "school_unchanged"
    kind = Kind.INVALID
    zh = "该人员已在这所学校任教"
    en = "The person teaches at that school already"
    remedy_zh = "请选择调入的学校"
    remedy_en = "Choose the school he or she moves to"


class OwnExemption(Refusal):
    code = "own_exemption"
    kind = Kind.FORBIDDEN
    zh = "任何人不得免除自己的要求"
    en = "Nobody exempts himself or herself"
    remedy_zh = "请由另一位经办人办理"
    remedy_en = "Ask another officer"


class Seated(msgspec.Struct, frozen=True):
    """An appointment with its body, `acting_for` whom where it is held in another's place."""

    id: UUID
    person_id: PersonId
    organisation_id: OrganisationId
    role: Role
    from_on: date
    to_on: date | None
    acting_for: PersonId | None


def still_there(commands: Iterable[Appoint], gone_from: Mapping[PersonId, date]) -> None:
    """Refuses `PersonGone` where a seat would reach beyond the day from which its person is gone."""
    for command in commands:
        gone_on = gone_from.get(command.person_id)
        if gone_on is not None and (command.to_on is None or command.to_on > gone_on):
            raise PersonGone(gone_on=gone_on)


def departable(
    kind: DepartureKind, gone_on: date, standing: Mapping[DepartureKind, date], today: date
) -> None:
    """Whether it may be recorded that somebody left or died. Who left may die, but not the other way round.

    Refuses `DepartureRecorded`, `DeathAhead`.
    """
    recorded = standing.get(kind) or standing.get(DepartureKind.DIED)
    if recorded is not None:
        raise DepartureRecorded(gone_on=recorded)
    if kind is DepartureKind.DIED and gone_on > today:
        raise DeathAhead(today=today)


def reaching_past(seats: Iterable[Seated], gone_on: date, today: date) -> dict[UUID, date]:
    """By id the new ends of the seats that reach past the day: that day, or for later ones their first.

    What stands in another's place ends today at the earliest: what was done in it stays done in it.
    """
    ends: dict[UUID, date] = {}
    for seat in seats:
        end = max(seat.from_on, gone_on if seat.acting_for is None else max(gone_on, today))
        if seat.to_on is None or seat.to_on > end:
            ends[seat.id] = end
    return ends


def leaving_seat(seats: Sequence[Seated], organisation_id: OrganisationId, on: date) -> Seated:
    """The teacher's seat that a move on this day ends.

    Refuses `SchoolMissing`, `SchoolUnchanged`, `PeriodEmpty` (it began on that very day).
    """
    teaching = [
        seat
        for seat in seats
        if seat.role is Role.TEACHER and seat.from_on <= on and (seat.to_on is None or seat.to_on >= on)
    ]
    if not teaching:
        raise SchoolMissing(on=on)
    seat = max(teaching, key=lambda seat: seat.from_on)
    if seat.organisation_id == organisation_id:
        raise SchoolUnchanged
    if seat.from_on == on:
        raise PeriodEmpty(from_on=on)
    return seat


def exempting(actor: Actor, person_id: UUID) -> None:
    """Refuses `OwnExemption`."""
    if actor.person_id == person_id:
        raise OwnExemption
