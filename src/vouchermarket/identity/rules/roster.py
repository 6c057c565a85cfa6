"""What makes sense on a roster: bodies under parents, seats at bodies, periods apart."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

import msgspec

from vouchermarket.identity.rules.desks import NotFound
from vouchermarket.identity.structs import (
    Actor,
    AddOrganisation,
    Appoint,
    Organisation,
    OrganisationKind,
    Role,
)
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.kit.refusal import Kind, Refusal


class CodeTaken(Refusal):
    code = "code_taken"
    kind = Kind.CONFLICT
    zh = "编号“{taken}”已被使用"
    en = "The code '{taken}' is in use"
    remedy_zh = "请换一个编号"
    remedy_en = "Choose another code"


class ParentNotFitting(Refusal):
    code = "parent_not_fitting"
    kind = Kind.INVALID
    zh = "类别为“{kind_of_body}”的单位,其上级应为:{wanted}"
    en = "A body of the kind '{kind_of_body}' stands under: {wanted}"
    remedy_zh = "请核对上级单位"
    remedy_en = "Check the body above it"


class FieldNotFitting(Refusal):
    code = "field_not_fitting"
    kind = Kind.INVALID
    zh = "类别为“{kind_of_body}”的单位与字段“{field}”不符"
    en = "The field '{field}' does not fit a body of the kind '{kind_of_body}'"
    remedy_zh = "请核对单位类别和该字段"
    remedy_en = "Check the kind and that field"


class RoleNotFitting(Refusal):
    code = "role_not_fitting"
    kind = Kind.INVALID
    zh = "类别为“{kind_of_body}”的单位没有“{role}”这一角色"
    en = "A body of the kind '{kind_of_body}' has no '{role}'"
    remedy_zh = "教师在学校任职,管理员在市局任职"
    remedy_en = "Teachers belong to schools, administrators to the bureau itself"


class PeriodOverlaps(Refusal):
    code = "period_overlaps"
    kind = Kind.CONFLICT
    zh = "该人员在此期间已有“{held}”"
    en = "The person holds '{held}' already in that time"
    remedy_zh = "请先结束原来的,或改换起止日期"
    remedy_en = "End the earlier one first, or choose other dates"


class PeriodEmpty(Refusal):
    code = "period_empty"
    kind = Kind.INVALID
    zh = "结束日期须晚于开始日期 {from_on}"
    en = "It has to end after the day it begins, {from_on}"
    remedy_zh = "请更改结束日期"
    remedy_en = "Choose a later end"


class OwnAppointment(Refusal):
    code = "own_appointment"
    kind = Kind.FORBIDDEN
    zh = "任何人不得为自己任免职务"
    en = "Nobody gives or takes a seat of his or her own"
    remedy_zh = "请由另一位管理员办理"
    remedy_en = "Ask another administrator"


class AdministratorPresent(Refusal):
    code = "administrator_present"
    kind = Kind.CONFLICT
    zh = "本局已有管理员"
    en = "The bureau has an administrator already"
    remedy_zh = "请由现有管理员任命新的管理员"
    remedy_en = "Let the present administrator appoint another"


class Held(msgspec.Struct, frozen=True):
    """A seat, a post or a tier a person holds from a day on, up to and not including another.

    Two with the same `person_id` and `what` may not cross. `id` is a seat's; posts and tiers have none.
    """

    id: UUID | None
    person_id: UUID
    what: str
    from_on: date
    to_on: date | None


_PARENTS: Mapping[OrganisationKind, OrganisationKind] = {
    OrganisationKind.COUNTY_TRAINING_BODY: OrganisationKind.COUNTY_BUREAU,
    OrganisationKind.SCHOOL_RESEARCH_OFFICE: OrganisationKind.SCHOOL,
}
_HOMES: Mapping[Role, OrganisationKind] = {
    Role.TEACHER: OrganisationKind.SCHOOL,
    Role.ADMINISTRATOR: OrganisationKind.BUREAU,
}


def wanted_parent(body: AddOrganisation) -> OrganisationKind | None:
    """The kind of body this one stands under: a county's school under its bureau, a direct one under none."""
    if body.kind is OrganisationKind.SCHOOL:
        return None if body.is_direct else OrganisationKind.COUNTY_BUREAU
    return _PARENTS.get(body.kind)


def fits(body: AddOrganisation, parent: Organisation | None) -> None:
    """Refuses `ParentNotFitting` and `FieldNotFitting`."""
    wanted = wanted_parent(body)
    if (parent.kind if parent else None) is not wanted:
        raise ParentNotFitting(kind_of_body=body.kind.value, wanted=wanted.value if wanted else "-")
    for field in misplaced(body):
        raise FieldNotFitting(kind_of_body=body.kind.value, field=field)


def misplaced(body: AddOrganisation) -> list[str]:
    """The fields that a body of its kind does not have, or lacks."""
    school, provider = (body.kind is kind for kind in (OrganisationKind.SCHOOL, OrganisationKind.PROVIDER))
    wrong = {
        "provider_kind": (body.provider_kind is not None) is not provider,
        "stage": (body.stage is not None) is not school,
        "is_direct": body.is_direct and not school,
        "is_rural": body.is_rural and not school,
    }
    return [field for field, is_wrong in wrong.items() if is_wrong]


def unused(codes: Collection[str], taken: Iterable[str]) -> None:
    """Refuses `CodeTaken` for a code that stands already or comes twice in the list."""
    seen = set(taken)
    for code in codes:
        if code in seen:
            raise CodeTaken(taken=code)
        seen.add(code)


def another(actor: Actor, person_ids: Iterable[UUID]) -> None:
    """Refuses `OwnAppointment`: whoever keeps the roster gets nothing from his or her own hand."""
    if actor.person_id in set(person_ids):
        raise OwnAppointment


def seat_word(role: Role, organisation_id: UUID) -> str:
    """A teacher teaches at one school at a time; an officer may sit at several bodies."""
    return role.value if role is Role.TEACHER else f"{role.value} {organisation_id}"


def has_seat(kind: OrganisationKind, role: Role) -> bool:
    """Has a body of this kind such a seat?"""
    return _HOMES.get(role, kind) is kind


def appointable(commands: Iterable[Appoint], bodies: Mapping[OrganisationId, Organisation]) -> None:
    """Refuses `NotFound` for an unknown body and `RoleNotFitting`."""
    for command in commands:
        body = bodies.get(command.organisation_id)
        if body is None:
            raise NotFound
        if not has_seat(body.kind, command.role):
            raise RoleNotFitting(role=command.role.value, kind_of_body=body.kind.value)


def apart(standing: Iterable[Held], fresh: Iterable[Held]) -> None:
    """Refuses `PeriodEmpty` and `PeriodOverlaps`, among the fresh ones too."""
    held: dict[tuple[UUID, str], list[Held]] = {}
    for period in standing:
        held.setdefault((period.person_id, period.what), []).append(period)
    for period in fresh:
        if period.to_on is not None and period.to_on <= period.from_on:
            raise PeriodEmpty(from_on=period.from_on)
        beside = held.setdefault((period.person_id, period.what), [])
        if any(_cross(period, other) for other in beside):
            raise PeriodOverlaps(held=period.what.split(" ", 1)[0])
        beside.append(period)


def ending(standing: Iterable[Held], id_: UUID, to_on: date) -> None:
    """May the period with this id end on that day? Refuses as `apart`: a moved end may reach the next."""
    periods = list(standing)
    ended = [msgspec.structs.replace(period, to_on=to_on) for period in periods if period.id == id_]
    apart([period for period in periods if period.id != id_], ended)


def _cross(one: Held, other: Held) -> bool:
    if other.from_on == other.to_on:
        # It never came into force.
        return False
    return (other.to_on is None or one.from_on < other.to_on) and (
        one.to_on is None or other.from_on < one.to_on
    )
