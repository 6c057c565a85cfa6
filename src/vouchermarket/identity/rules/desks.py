"""The checked-in matrix of role × verb, read by guards, operations and tests alike."""

import csv
import functools
from collections.abc import Mapping
from importlib.resources import files

from vouchermarket.identity.structs import Actor, OrganisationKind, Seat
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.kit.refusal import Kind, Refusal

# Offices that look over the whole market of their bureau: every school's seats, every provider's rosters.
OVERSEERS = frozenset(
    {OrganisationKind.TRAINING_CENTRE, OrganisationKind.TEACHER_OFFICE, OrganisationKind.INSPECTORATE}
)


class RoleNotAllowed(Refusal):
    code = "role_not_allowed"
    kind = Kind.FORBIDDEN
    zh = "您的岗位不能办理“{verb}”"
    en = "None of your appointments allows '{verb}'"
    remedy_zh = "请由有此职责的经办人办理"
    remedy_en = "Ask an officer whose desk it is"


class NotFound(Refusal):
    """Another's object and no object look the same from outside."""

    code = "not_found"
    kind = Kind.MISSING
    zh = "没有找到"
    en = "Not found"
    remedy_zh = "请核对编号"
    remedy_en = "Check the number"


@functools.cache
def matrix() -> Mapping[str, frozenset[str]]:
    """Verb → the desks that may do it, from `matrix.csv`."""
    text = files("vouchermarket.identity").joinpath("matrix.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["verb"]: frozenset(desk for desk, mark in row.items() if desk != "verb" and mark == "x")
        for row in rows
    }


def seats_for(actor: Actor, verb: str) -> tuple[Seat, ...]:
    """The actor's seats that allow the verb. Refuses `RoleNotAllowed` when there is none."""
    allowed = matrix()[verb]
    seats = tuple(seat for seat in actor.seats if seat.desk in allowed)
    if not seats:
        raise RoleNotAllowed(verb=verb)
    return seats


def seat_at(actor: Actor, verb: str, organisation_id: OrganisationId) -> Seat:
    """The actor's seat at this very body that allows the verb.

    Refuses `RoleNotAllowed` where no seat allows it at all, `NotFound` where only another body's would.
    """
    for seat in seats_for(actor, verb):
        if seat.organisation_id == organisation_id:
            return seat
    raise NotFound


def overseer_or_at(actor: Actor, verb: str, organisation_id: OrganisationId) -> None:
    """Whether the actor may look at what belongs to this body: from a seat there, or from over the market.

    Refuses `RoleNotAllowed`, `NotFound`.
    """
    seats = seats_for(actor, verb)
    if not any(seat.kind in OVERSEERS or seat.organisation_id == organisation_id for seat in seats):
        raise NotFound


def providers_open_to(actor: Actor) -> frozenset[OrganisationId] | None:
    """The providers whose filings the actor may read; None stands for all of them, as for every office.

    Refuses `RoleNotAllowed`.
    """
    seats = seats_for(actor, "read_provider")
    if any(seat.kind is not OrganisationKind.PROVIDER for seat in seats):
        return None
    return frozenset(seat.organisation_id for seat in seats)
