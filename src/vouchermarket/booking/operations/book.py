"""A teacher books a run or a cart; a school sends named teachers. All through `carry_out`."""

from collections.abc import Sequence
from datetime import datetime

from vouchermarket.booking import rules
from vouchermarket.booking.operations.carry_out import carry_out, foresee
from vouchermarket.booking.operations.cart import take_out
from vouchermarket.booking.structs import Booked, BookRun, Choice, Group, GroupKind, Nominee, Outcome, Refused
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import OrganisationId


async def book(session: Session, actor: Actor, command: Choice, *, now: datetime) -> Booked:
    """One seat for the teacher who asks, paid with the teacher's own vouchers (ZZ-B02).

    Refuses `RoleNotAllowed` and, in the promised order, whatever `rules.decide` finds first.
    """
    identity.seats_for(actor, "book")
    group = Group(GroupKind.EACH, (_own(actor, command),))
    ((outcome,),) = await carry_out(session, actor.bureau_id, [group], now=now)
    if isinstance(outcome, Refused):
        raise outcome.refusal
    assert isinstance(outcome, Booked)  # noqa: S101 - only a line of a cart is ever withdrawn
    return outcome


async def check_out(
    session: Session, actor: Actor, lines: Sequence[Choice], *, now: datetime
) -> tuple[Booked, ...]:
    """Every line of a cart, or none of them; what is booked stands in the cart no longer.

    Refuses `RoleNotAllowed`, `CartRefused` with all reasons.
    """
    identity.seats_for(actor, "book")
    group = Group(GroupKind.ALL_OR_NOTHING, tuple(_own(actor, line) for line in lines))
    (outcomes,) = await carry_out(session, actor.bureau_id, [group], now=now)
    booked = tuple(outcome for outcome in outcomes if isinstance(outcome, Booked))
    refused = [
        (line.run_id, outcome.refusal)
        for line, outcome in zip(lines, outcomes, strict=True)
        if isinstance(outcome, Refused)
    ]
    if refused:
        raise rules.CartRefused(refused)
    await take_out(session, actor, [line.run_id for line in lines], now=now)
    return booked


async def preview_check_out(
    session: Session, actor: Actor, lines: Sequence[Choice], *, now: datetime
) -> tuple[Outcome, ...]:
    """What `check_out` would answer now, line by line: what each voucher would pay, or why a line cannot be.

    Each line is looked at for itself, after those before it. Nothing is locked or written.
    """
    identity.seats_for(actor, "book")
    group = Group(GroupKind.EACH, tuple(_own(actor, line) for line in lines))
    (outcomes,) = await foresee(session, actor.bureau_id, [group], now=now)
    return outcomes


async def nominate(
    session: Session, actor: Actor, school_id: OrganisationId, lines: Sequence[Nominee], *, now: datetime
) -> tuple[Outcome, ...]:
    """A school sends named teachers, paid with its own vouchers (ZZ-B03): one outcome a line.

    Refuses `RoleNotAllowed`, `NotFound` for another school; every other refusal belongs to its line.
    """
    (outcomes,) = await carry_out(session, actor.bureau_id, [_sent(actor, school_id, lines)], now=now)
    return outcomes


async def preview_nomination(
    session: Session, actor: Actor, school_id: OrganisationId, lines: Sequence[Nominee], *, now: datetime
) -> tuple[Outcome, ...]:
    """What `nominate` would answer now, line by line; nothing is written. Refuses as `nominate`."""
    (outcomes,) = await foresee(session, actor.bureau_id, [_sent(actor, school_id, lines)], now=now)
    return outcomes


def _sent(actor: Actor, school_id: OrganisationId, lines: Sequence[Nominee]) -> Group:
    identity.seat_at(actor, "nominate", school_id)
    commands = tuple(BookRun(line.run_id, line.person_id, actor.person_id, school_id) for line in lines)
    return Group(GroupKind.EACH, commands)


def _own(actor: Actor, choice: Choice) -> BookRun:
    return BookRun(choice.run_id, actor.person_id, actor.person_id)
