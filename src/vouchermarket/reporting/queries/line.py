"""The line of the house in figures: where the money stands, and what has moved over time. All fen."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from vouchermarket.kit.db import Session


class MoneyLine(msgspec.Struct, frozen=True):
    """Balances at the end and sums over time; `balanced` is the equation of the house, to the fen."""

    funds_fen: int
    vouchers_fen: int
    held_fen: int
    copay_open_fen: int
    earned_fen: int
    payable_fen: int
    appropriated_fen: int
    issued_fen: int
    expired_fen: int
    lapsed_fen: int
    copaid_fen: int
    refunded_fen: int
    paid_fen: int

    @property
    def balanced(self) -> bool:
        """appropriated + copaid = funds + vouchers + copay + earned + payable + paid + refunded + lapsed."""
        there = self.funds_fen + self.vouchers_fen + self.copay_open_fen + self.earned_fen + self.payable_fen
        gone = self.paid_fen + self.refunded_fen + self.lapsed_fen
        return self.appropriated_fen + self.copaid_fen == there + gone


class Counts(msgspec.Struct, frozen=True):
    """How much has happened. `credits` and `hours` are the hundredths of approved entries."""

    bookings: int
    cancelled: int
    completions: int
    credit_entries: int
    credits_hundredths: int
    hours_hundredths: int
    statements: int
    payouts: int


_BALANCES = text("""
SELECT coalesce(sum(balance_fen) FILTER (WHERE kind = 'fund'), 0) AS funds_fen,
       coalesce(sum(balance_fen) FILTER (WHERE kind = 'voucher'), 0) AS vouchers_fen,
       coalesce(sum(held_fen) FILTER (WHERE kind IN ('voucher', 'copay')), 0) AS held_fen,
       coalesce(sum(balance_fen) FILTER (WHERE kind = 'copay'), 0) AS copay_open_fen,
       coalesce(sum(balance_fen) FILTER (WHERE kind = 'payable'), 0) AS payable_fen
FROM account WHERE bureau_id = :bureau
""")

# A reversal undoes the sum it mirrors: a budget entered twice and mirrored was appropriated once.
_SUMS = text("""
SELECT coalesce(sum(fen) FILTER (WHERE code = 'appropriate'), 0) AS appropriated_fen,
       coalesce(sum(fen) FILTER (WHERE code = 'issue'), 0) AS issued_fen,
       coalesce(sum(fen) FILTER (WHERE code = 'expire'), 0) AS expired_fen,
       coalesce(sum(fen) FILTER (WHERE code = 'lapse'), 0) AS lapsed_fen,
       coalesce(sum(fen) FILTER (WHERE code = 'copay'), 0) AS copaid_fen,
       coalesce(sum(fen) FILTER (WHERE code = 'refunded'), 0) AS refunded_fen,
       coalesce(sum(fen) FILTER (WHERE code = 'paid'), 0) AS paid_fen
FROM (
    SELECT code, amount_fen AS fen FROM transfer WHERE bureau_id = :bureau
    UNION ALL
    SELECT t.code, -r.amount_fen FROM transfer r
    JOIN transfer t ON t.bureau_id = r.bureau_id AND t.id = r.reverses_id WHERE r.bureau_id = :bureau
) AS moved
""")

_EARNED = text("""
SELECT coalesce(sum(CASE WHEN t.target_id = a.id THEN t.amount_fen ELSE -t.amount_fen END), 0)
FROM account a JOIN transfer t ON t.bureau_id = a.bureau_id AND a.id IN (t.source_id, t.target_id)
WHERE a.bureau_id = :bureau AND a.kind = 'earned' AND t.code NOT IN ('hold', 'release')
""")

_COUNTS = text("""
WITH entry AS (
    SELECT e.unit, e.amount_hundredths, (
        SELECT d.decision FROM credit_decision d WHERE d.bureau_id = e.bureau_id AND d.entry_id = e.id
        ORDER BY d.step DESC LIMIT 1) AS decision
    FROM credit_entry e WHERE e.bureau_id = :bureau
)
SELECT (SELECT count(*) FROM booking WHERE bureau_id = :bureau) AS bookings,
       (SELECT count(*) FROM booking WHERE bureau_id = :bureau AND cancelled_at IS NOT NULL) AS cancelled,
       (SELECT count(*) FROM completion WHERE bureau_id = :bureau AND verified_at IS NOT NULL) AS completions,
       (SELECT count(*) FROM entry) AS credit_entries,
       (SELECT coalesce(sum(amount_hundredths), 0) FROM entry
        WHERE unit = 'credit' AND decision = 'approve') AS credits_hundredths,
       (SELECT coalesce(sum(amount_hundredths), 0) FROM entry
        WHERE unit = 'hour' AND decision = 'approve') AS hours_hundredths,
       (SELECT count(*) FROM statement WHERE bureau_id = :bureau) AS statements,
       (SELECT count(*) FROM payment WHERE bureau_id = :bureau AND state = 'paid') AS payouts
""")


async def money_line(session: Session, bureau_id: UUID) -> MoneyLine:
    """Where a bureau's money stands now and what has moved since its first day."""
    of = {"bureau": bureau_id}
    balances = (await session.execute(_BALANCES, of)).mappings().one()
    sums = (await session.execute(_SUMS, of)).mappings().one()
    earned = (await session.execute(_EARNED, of)).scalar_one()
    figures = {**balances, **sums, "earned_fen": earned}
    return MoneyLine(**{name: int(figure) for name, figure in figures.items()})


async def counts(session: Session, bureau_id: UUID) -> Counts:
    """How much has happened in a bureau since its first day."""
    row = (await session.execute(_COUNTS, {"bureau": bureau_id})).mappings().one()
    return Counts(**{name: int(figure) for name, figure in row.items()})
