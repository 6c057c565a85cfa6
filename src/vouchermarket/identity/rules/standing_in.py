"""Sitting at a desk in another's place, and what neither of the two may then do to the other's work."""

from collections.abc import Collection, Iterable
from datetime import date

from vouchermarket.identity.rules.changes import Seated
from vouchermarket.identity.structs import Actor, Role, Substitute
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal


class SubstituteOfOneself(Refusal):
    code = "substitute_of_oneself"
    kind = Kind.INVALID
    zh = "任何人不能代理自己"
    en = "Nobody stands in for himself or herself"
    remedy_zh = "请另选代理人"
    remedy_en = "Choose somebody else"


class SeatNotHeld(Refusal):
    code = "seat_not_held"
    kind = Kind.CONFLICT
    zh = "被代理人在此期间并非始终是该单位的经办人"
    en = "The one stood in for is no officer there for all of that time"
    remedy_zh = "请核对单位和起止日期;代理人本人也不能再被代理"
    remedy_en = "Check the body and the dates; a seat held in another's place cannot be passed on"


class SubstitutionPast(Refusal):
    """What was done in another's place stays done in it: nobody shortens it afterwards to check it alone."""

    code = "substitution_past"
    kind = Kind.CONFLICT
    zh = "代理期最早到今天 {today} 为止"
    en = "A substitution ends today, {today}, at the earliest"
    remedy_zh = "请选择今天或以后的日期"
    remedy_en = "Choose today or a later day"


class ActsForMaker(Refusal):
    code = "acts_for_maker"
    kind = Kind.FORBIDDEN
    zh = "您与经办此事的人互为代理,视为同一人,不能由您核准"
    en = "You and the one who made it stand in for one another: that counts as one person"
    remedy_zh = "请由与代理无关的另一位经办人核准"
    remedy_en = "Ask an officer who has no part in the substitution"


def substitutable(command: Substitute, seats: Iterable[Seated]) -> None:
    """Whether somebody may stand in at this desk; `seats` are all those of the one stood in for.

    Refuses `SubstituteOfOneself`, `SeatNotHeld`.
    """
    if command.person_id == command.acting_for:
        raise SubstituteOfOneself
    if not any(
        seat.person_id == command.acting_for
        and seat.acting_for is None
        and seat.role is Role.OFFICER
        and seat.organisation_id == command.organisation_id
        and seat.from_on <= command.from_on
        and (seat.to_on is None or command.to_on <= seat.to_on)
        for seat in seats
    ):
        raise SeatNotHeld


def movable(seat: Seated, to_on: date, seats: Iterable[Seated], today: date) -> None:
    """Whether a substitution may end on that day; `seats` are all those of the one stood in for.

    Refuses `SubstitutionPast`, `SeatNotHeld`.
    """
    if to_on < today:
        raise SubstitutionPast(today=today)
    if seat.acting_for is not None:
        command = Substitute(
            person_id=seat.person_id,
            acting_for=seat.acting_for,
            organisation_id=seat.organisation_id,
            from_on=seat.from_on,
            to_on=to_on,
        )
        substitutable(command, seats)


def hands(actor: Actor) -> frozenset[PersonId]:
    """Everybody in whose name this person acts today: the own one, and those he or she stands in for."""
    return frozenset({actor.person_id, *(seat.acting_for for seat in actor.seats if seat.acting_for)})


def of_other_hands(
    checking: Collection[PersonId], maker_id: PersonId, made_for: Collection[PersonId]
) -> None:
    """Whether what one made another may check, counting those they stand in for as they are.

    Refuses `ActsForMaker`.
    """
    if {maker_id, *made_for} & set(checking):
        raise ActsForMaker
