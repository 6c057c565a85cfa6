"""Payments as finance reads them: with the names of who is paid and who approved."""

from collections.abc import Sequence

import msgspec

from vouchermarket.identity import queries as identity
from vouchermarket.kit.db import Session
from vouchermarket.payments.structs import Payment, PaymentState
from vouchermarket.web.pages.turn import Turn


class PaymentRow(msgspec.Struct, frozen=True):
    """A payment with the names that go with it."""

    payment: Payment
    provider_name: str
    approver: str
    recorder: str


def state_of(one: Payment) -> str:
    """Where a payment stands, as a code of the group `payment`: approved, it waits for the bank."""
    return "waiting" if one.state is PaymentState.APPROVED else one.state.value


async def named_payments(session: Session, turn: Turn, found: Sequence[Payment]) -> list[PaymentRow]:
    """Payments with their providers' and officers' names, in the order given."""
    bodies = await identity.organisations(session, turn.bureau.id, {one.provider_id for one in found})
    hands = {id_ for one in found for id_ in (one.approved_by, one.recorded_by) if id_}
    people = await identity.people(session, turn.bureau.id, hands, turn.today)
    names = {id_: person.name for id_, person in people.items()}
    return [
        PaymentRow(
            one,
            bodies[one.provider_id].name,
            names[one.approved_by],
            names[one.recorded_by] if one.recorded_by else "",
        )
        for one in found
    ]
