"""What a completion captures, hold by hold. Pure."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from vouchermarket.completion.rules.refusals import HoldsShort
from vouchermarket.completion.structs import Settling
from vouchermarket.kit import money
from vouchermarket.kit.ids import TransferId
from vouchermarket.ledger.structs import Hold, Posting, TransferCode


def settle_holds(price_fen: int, share: Fraction, holds: Sequence[Hold]) -> list[Settling]:
    """What of each open hold of a booking is earned: floor(price x share) once for the booking, taken from
    the holds in the order in which they were taken, from the last in part.

    Refuses `HoldsShort` where the holds cannot cover it.
    """
    due_fen = left_fen = money.part(price_fen, share)
    settled: list[Settling] = []
    for hold in holds:
        captured_fen = min(left_fen, hold.amount_fen)
        settled.append(Settling(hold, captured_fen))
        left_fen -= captured_fen
    if left_fen:
        raise HoldsShort(held_fen=due_fen - left_fen, due_fen=due_fen)
    return settled


def postings(settled: Sequence[Settling], new_id: Callable[[], TransferId]) -> list[Posting]:
    """One resolution for each hold: a capture, whose rest the ledger lets go, or a release of the whole."""
    return [_resolution(one, new_id()) for one in settled]


def _resolution(one: Settling, id_: TransferId) -> Posting:
    hold = one.hold
    code = TransferCode.CAPTURE if one.captured_fen else TransferCode.RELEASE
    return Posting(
        id=id_,
        code=code,
        source_id=hold.source_id,
        target_id=hold.target_id,
        amount_fen=one.captured_fen or hold.amount_fen,
        key=f"{code.value}:{hold.id}",
        document_id=hold.document_id,
        resolves_id=hold.id,
    )
