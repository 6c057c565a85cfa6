"""The state as a batch would leave it, line by line. A cart works on a copy, so that it can be given up."""

from __future__ import annotations

from msgspec import Struct

from vouchermarket.booking.structs import BookRun, Engagement, Payment, Period, State
from vouchermarket.catalogue.structs import Run
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.ids import PersonId, RunId, VoucherId


class Draft(Struct):
    """Seats taken of each run, fen free on each voucher, live bookings of each person."""

    taken: dict[RunId, int]
    free_fen: dict[VoucherId, int]
    engagements: dict[PersonId, tuple[Engagement, ...]]
    time_zone: str

    @classmethod
    def of(cls, state: State) -> Draft:
        """The state before the first command."""
        return cls(
            taken={id_: run.taken for id_, run in state.runs.items()},
            free_fen={voucher.id: voucher.free_fen for held in state.vouchers.values() for voucher in held},
            engagements={id_: person.engagements for id_, person in state.people.items()},
            time_zone=state.time_zone,
        )

    def copy(self) -> Draft:
        """A draft to try a cart on."""
        return Draft(dict(self.taken), dict(self.free_fen), dict(self.engagements), self.time_zone)

    def book(self, command: BookRun, run: Run, payments: tuple[Payment, ...]) -> None:
        """Note a booking that stands."""
        self.taken[run.id] += 1
        for payment in payments:
            self.free_fen[payment.voucher_id] -= payment.amount_fen
        meetings = tuple(Period(meeting.starts_at, meeting.ends_at) for meeting in run.meetings)
        booked = Engagement(run.id, run.title, civil_day(run.starts_at, self.time_zone), meetings)
        self.engagements[command.person_id] = (*self.engagements.get(command.person_id, ()), booked)
