"""Which vouchers pay for a seat: the last check, and the only one that speaks of money."""

from collections.abc import Sequence

from vouchermarket.booking.rules import refusals
from vouchermarket.booking.rules.checks import Case
from vouchermarket.booking.structs import Payment, VoucherState
from vouchermarket.catalogue.structs import Run
from vouchermarket.kit.money import yuan
from vouchermarket.policies.rules import Pack


def pay(case: Case, held: Sequence[VoucherState]) -> tuple[Payment, ...]:
    """What each of the holder's vouchers pays towards the run's price, in the order of payment (ZZ-A24).

    A voucher may pay when its line is one of the course's, it is valid on the day of booking and not frozen.
    They pay by expiry, then by the pack's order of lines, then by id; a price is split over several where
    one is not enough. Nothing is paid for a run without a price. Refuses `VoucherMissing`,
    `VouchersFrozen`, `VoucherShort`.
    """
    if not case.run.price_fen:
        return ()
    usable = _usable(case, held)
    payments: list[Payment] = []
    missing_fen = case.run.price_fen
    for voucher in usable:
        amount_fen = min(case.draft.free_fen[voucher.id], missing_fen)
        if amount_fen:
            payments.append(Payment(voucher.id, amount_fen))
            missing_fen -= amount_fen
    if missing_fen:
        raise _short(case, usable, missing_fen)
    return tuple(payments)


def _usable(case: Case, held: Sequence[VoucherState]) -> list[VoucherState]:
    valid = [
        voucher
        for voucher in held
        if voucher.line in case.run.fund_lines and voucher.valid_from <= case.today < voucher.valid_to
    ]
    if not valid:
        lines = ", ".join(case.run.fund_lines)
        raise refusals.VoucherMissing(lines=lines, clause=_clause(case.pack, case.run))
    usable = [voucher for voucher in valid if not voucher.is_frozen]
    if not usable:
        raise refusals.VouchersFrozen(frozen=len(valid), clause=_clause(case.pack, case.run))
    pay_order = {row.code: row.pay_order for row in case.pack.fund_lines}
    # A line the pack no longer knows pays last: its vouchers were issued under an earlier version.
    last = max(pay_order.values(), default=0) + 1
    return sorted(usable, key=lambda one: (one.valid_to, pay_order.get(one.line, last), one.id))


def _short(case: Case, usable: Sequence[VoucherState], missing_fen: int) -> refusals.VoucherShort:
    free: dict[str, int] = {}
    for voucher in usable:
        free[voucher.line] = free.get(voucher.line, 0) + case.draft.free_fen[voucher.id]
    return refusals.VoucherShort(
        title=case.run.title,
        price=yuan(case.run.price_fen),
        free=", ".join(f"{line} {yuan(amount_fen)}" for line, amount_fen in free.items()),
        missing=yuan(missing_fen),
        clause=_clause(case.pack, case.run),
    )


def _clause(pack: Pack, run: Run) -> str | None:
    """The rule the envelopes of this course rest on, also where the pack leaves their amounts open."""
    for row in pack.fund_lines:
        if row.code in run.fund_lines:
            return row.clause or (row.also[-1].rule if row.also else None)
    return None
