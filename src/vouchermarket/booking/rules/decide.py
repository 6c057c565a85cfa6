"""The heart: who gets a seat, and which vouchers are held for it. No I/O, no clock, no ids made here."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from vouchermarket.booking.rules import refusals
from vouchermarket.booking.rules.checks import CHECKS, Case
from vouchermarket.booking.rules.draft import Draft
from vouchermarket.booking.rules.payment import pay
from vouchermarket.booking.structs import (
    Booked,
    BookRun,
    Decision,
    Group,
    GroupKind,
    NewBooking,
    Outcome,
    Payment,
    Refused,
    State,
    Withdrawn,
)
from vouchermarket.kit.ids import AccountId, BookingId, TransferId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.ledger.structs import Posting, TransferCode
from vouchermarket.policies.rules import Pack


def decide(batch: Sequence[Group], state: State, pack: Pack, now: datetime, ids: Iterator[UUID]) -> Decision:
    """Decide a batch, command after command, each on the state its predecessors leave.

    A refusal touches nothing of its neighbours; an `all_or_nothing` group with one refusal books nothing and
    still says of each line whether it could have stood. Ids of groups, bookings and holds are drawn from
    `ids` in that order. Refusals come back as values, in the order of `checks.CHECKS` and then of
    `payment.pay`.
    """
    draft = Draft.of(state)
    outcomes: list[tuple[Outcome, ...]] = []
    bookings: list[NewBooking] = []
    for group in batch:
        together = group.kind is GroupKind.ALL_OR_NOTHING
        tried = draft.copy() if together else draft
        group_id = next(ids) if len(group.commands) > 1 else None
        lines = [_line(command, state, tried, pack, now) for command in group.commands]
        if together and any(isinstance(line, Refusal) for line in lines):
            outcomes.append(
                tuple(Refused(line) if isinstance(line, Refusal) else Withdrawn() for line in lines)
            )
            continue
        draft = tried
        answers: list[Outcome] = []
        for command, line in zip(group.commands, lines, strict=True):
            if isinstance(line, Refusal):
                answers.append(Refused(line))
            else:
                bookings.append(_booking(command, state, line, group_id, ids))
                answers.append(bookings[-1].booked)
        outcomes.append(tuple(answers))
    changed = {id_: taken for id_, taken in draft.taken.items() if taken != state.runs[id_].taken}
    return Decision(tuple(outcomes), tuple(bookings), changed)


def _line(
    command: BookRun, state: State, draft: Draft, pack: Pack, now: datetime
) -> tuple[Payment, ...] | Refusal:
    """One command: what its vouchers pay, noted in the draft; or why not, with the draft untouched."""
    try:
        run = state.runs.get(command.run_id)
        if run is None:
            raise refusals.RunNotFound
        person = state.people.get(command.person_id)
        gone_on = state.gone.get(command.person_id)
        case = Case(command, run, person, draft, pack, now, state.time_zone, gone_on)
        for check in CHECKS:
            check(case)
        payments = pay(case, state.vouchers.get(command.holder_id, ()))
    except Refusal as refusal:
        return refusal
    draft.book(command, run, payments)
    return payments


def _booking(
    command: BookRun,
    state: State,
    payments: tuple[Payment, ...],
    group_id: UUID | None,
    ids: Iterator[UUID],
) -> NewBooking:
    run = state.runs[command.run_id]
    booking_id = BookingId(next(ids))
    holds = tuple(
        Posting(
            id=TransferId(next(ids)),
            code=TransferCode.HOLD,
            source_id=AccountId(payment.voucher_id),
            target_id=state.earned[run.provider_id],
            amount_fen=payment.amount_fen,
            key=f"hold:{booking_id}:{number}",
            document_id=booking_id,
        )
        for number, payment in enumerate(payments)
    )
    booked = Booked(booking_id, run.id, command.person_id, run.price_fen, payments)
    return NewBooking(command, booked, group_id, holds)
