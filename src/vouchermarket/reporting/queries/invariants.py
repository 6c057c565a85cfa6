"""I1 to I12 as SQL, in one place: for tests, for `vouchermarket ledger verify`, and after every kill.

Each statement answers one row: `checked` (how much it looked at) and `broken` (what does not hold). It sees
one bureau, like everything else.
"""

from uuid import UUID

import msgspec
from sqlalchemy import text

from vouchermarket.kit.db import Session


class Invariant(msgspec.Struct, frozen=True):
    """One promise of the books and the statement that checks it."""

    code: str
    promise: str
    sql: str


class Finding(msgspec.Struct, frozen=True):
    """How one promise stands in one bureau."""

    code: str
    promise: str
    checked: int
    broken: int


_I1 = """
WITH flow AS (
    SELECT target_id AS id, amount_fen AS fen FROM transfer WHERE bureau_id = :bureau AND code NOT IN
        ('hold', 'release', 'pay_out', 'pay_out_failed', 'refund', 'refund_failed')
    UNION ALL
    SELECT source_id, -amount_fen FROM transfer WHERE bureau_id = :bureau AND code NOT IN
        ('hold', 'release', 'pay_out', 'pay_out_failed', 'refund', 'refund_failed')
), net AS (SELECT id, sum(fen) AS fen FROM flow GROUP BY id)
SELECT count(*) AS checked,
       CASE WHEN coalesce(sum(CASE WHEN kind IN ('fund', 'voucher', 'copay', 'payable')
                                   THEN balance_fen ELSE coalesce(net.fen, 0) END), 0) <> 0 THEN 1 ELSE 0 END
       + count(*) FILTER (WHERE kind IN ('fund', 'voucher', 'copay', 'payable')
                          AND balance_fen <> coalesce(net.fen, 0)) AS broken
FROM account LEFT JOIN net USING (id) WHERE bureau_id = :bureau
"""

_I2 = """
WITH way AS (
    SELECT t.target_id AS id, t.code, t.amount_fen AS fen FROM transfer t
    JOIN voucher v ON v.bureau_id = t.bureau_id AND v.id = t.target_id
    WHERE t.bureau_id = :bureau AND t.code IN ('issue', 'reverse', 'adjust')
    UNION ALL
    SELECT t.source_id, t.code, -t.amount_fen FROM transfer t
    JOIN voucher v ON v.bureau_id = t.bureau_id AND v.id = t.source_id
    WHERE t.bureau_id = :bureau AND t.code IN ('capture', 'use', 'expire', 'reverse', 'adjust')
), net AS (SELECT id, sum(fen) AS fen, sum(fen) FILTER (WHERE code = 'issue') AS issued FROM way GROUP BY id)
SELECT count(*) AS checked,
       count(*) FILTER (WHERE a.balance_fen IS DISTINCT FROM coalesce(net.fen, 0)
                        OR v.amount_fen <> coalesce(net.issued, 0)) AS broken
FROM voucher v
LEFT JOIN account a ON a.bureau_id = v.bureau_id AND a.id = v.id LEFT JOIN net ON net.id = v.id
WHERE v.bureau_id = :bureau
"""

_I3 = """
SELECT count(*) AS checked, count(*) FILTER (WHERE balance_fen - held_fen < 0) AS broken
FROM account WHERE bureau_id = :bureau AND kind IN ('fund', 'voucher', 'copay')
"""

_I4 = """
WITH open AS (
    SELECT h.source_id AS id, sum(h.amount_fen) AS fen FROM transfer h
    WHERE h.bureau_id = :bureau AND h.code IN ('hold', 'pay_out', 'refund') AND NOT EXISTS (
        SELECT 1 FROM transfer r WHERE r.bureau_id = h.bureau_id AND r.resolves_id = h.id)
    GROUP BY h.source_id
)
SELECT count(*) AS checked, count(*) FILTER (WHERE held_fen <> coalesce(open.fen, 0)) AS broken
FROM account LEFT JOIN open USING (id) WHERE bureau_id = :bureau
"""

_I5 = """
WITH live AS (
    SELECT run_id AS id, count(*) AS seats FROM booking
    WHERE bureau_id = :bureau AND cancelled_at IS NULL GROUP BY run_id
)
SELECT count(*) AS checked,
       count(*) FILTER (WHERE taken <> coalesce(live.seats, 0) OR taken + offered > capacity) AS broken
FROM run LEFT JOIN live USING (id) WHERE bureau_id = :bureau
"""

_I6 = """
SELECT count(*) AS checked,
       count(*) FILTER (WHERE times > 1 OR most > amount_fen OR strays > 0) AS broken
FROM (
    SELECT h.id, h.amount_fen, count(r.id) AS times, max(r.amount_fen) AS most,
           count(*) FILTER (WHERE r.source_id <> h.source_id OR r.target_id <> h.target_id
               OR (h.code, r.code) NOT IN (
                   ('hold', 'capture'), ('hold', 'release'), ('pay_out', 'paid'), ('refund', 'refunded'),
                   ('pay_out', 'pay_out_failed'), ('refund', 'refund_failed'))) AS strays
    FROM transfer h LEFT JOIN transfer r ON r.bureau_id = h.bureau_id AND r.resolves_id = h.id
    WHERE h.bureau_id = :bureau AND h.code IN ('hold', 'pay_out', 'refund')
    GROUP BY h.id, h.amount_fen
) AS holds
"""

_I7 = """
WITH entry AS (
    SELECT e.source_id, count(*) AS live FROM credit_entry e
    WHERE e.bureau_id = :bureau AND e.source_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM credit_entry n WHERE n.bureau_id = e.bureau_id AND n.replaces_id = e.id)
      AND NOT EXISTS (SELECT 1 FROM credit_decision d
                      WHERE d.bureau_id = e.bureau_id AND d.entry_id = e.id AND d.decision = 'reverse')
    GROUP BY e.source_id
)
SELECT count(*) AS checked,
       count(*) FILTER (WHERE coalesce(entry.live, 0)
                        <> CASE WHEN c.verified_at IS NOT NULL AND c.revoked_at IS NULL THEN 1 ELSE 0 END
       ) AS broken
FROM completion c LEFT JOIN entry ON entry.source_id = c.id
WHERE c.bureau_id = :bureau
"""

_I8 = """
WITH captured AS (
    SELECT t.document_id AS id, sum(t.amount_fen) AS fen FROM transfer t
    WHERE t.bureau_id = :bureau AND t.code IN ('capture', 'use') AND NOT EXISTS (
        SELECT 1 FROM transfer r WHERE r.bureau_id = t.bureau_id AND r.reverses_id = t.id)
    GROUP BY t.document_id
), line AS (
    SELECT l.statement_id AS id, sum(l.amount_fen) AS fen,
           count(*) FILTER (WHERE l.amount_fen <> coalesce(captured.fen, 0)) AS off
    FROM statement_line l LEFT JOIN captured ON captured.id = l.booking_id
    WHERE l.bureau_id = :bureau AND l.dropped_at IS NULL GROUP BY l.statement_id
), settled AS (
    SELECT document_id AS id, sum(amount_fen) AS fen FROM transfer
    WHERE bureau_id = :bureau AND code = 'settle' GROUP BY document_id
)
SELECT count(*) AS checked,
       count(*) FILTER (WHERE s.total_fen <> coalesce(line.fen, 0)
                        OR line.off > 0
                        OR (s.settled_at IS NOT NULL AND s.total_fen <> coalesce(settled.fen, 0))
                        OR (s.settled_at IS NULL AND settled.fen IS NOT NULL)) AS broken
FROM statement s LEFT JOIN line USING (id) LEFT JOIN settled USING (id) WHERE s.bureau_id = :bureau
"""

_I9 = """
SELECT count(*) AS checked, count(*) FILTER (WHERE live > 1) AS broken
FROM (SELECT statement_id, count(*) FILTER (WHERE state NOT IN ('failed', 'returned')) AS live
      FROM payment WHERE bureau_id = :bureau GROUP BY statement_id) AS paid
"""

_I10 = """
SELECT count(*) AS checked, count(*) FILTER (WHERE e.id IS NULL) AS broken
FROM (
    SELECT event_id FROM transfer WHERE bureau_id = :bureau
    UNION ALL SELECT event_id FROM booking WHERE bureau_id = :bureau
    UNION ALL SELECT event_id FROM credit_entry WHERE bureau_id = :bureau
) AS fact LEFT JOIN event e ON e.bureau_id = :bureau AND e.id = fact.event_id
"""

# Sealing is work of a later stage: until then the chain is empty and unbroken, the events are all unsealed.
_I11 = """
SELECT count(*) AS checked,
       count(*) FILTER (WHERE number <> place OR event_id IS NULL) AS broken
FROM (SELECT s.number, e.id AS event_id, row_number() OVER (ORDER BY s.number) AS place
      FROM event_seal s LEFT JOIN event e ON e.bureau_id = s.bureau_id AND e.id = s.event_id
      WHERE s.bureau_id = :bureau) AS chain
"""

# A row and its parent share a bureau because every foreign key between tenant tables carries it and was
# checked on every row; so the catalog is asked, which also sees what row security would hide. A key that is
# missing altogether is found by `vouchermarket migrate --check`.
_I12 = """
SELECT count(*) AS checked,
       count(*) FILTER (WHERE child.attname <> 'bureau_id' OR parent.attname <> 'bureau_id'
                        OR NOT c.convalidated) AS broken
FROM pg_constraint c
JOIN pg_attribute child ON child.attrelid = c.conrelid AND child.attnum = c.conkey[1]
JOIN pg_attribute parent ON parent.attrelid = c.confrelid AND parent.attnum = c.confkey[1]
WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND c.confrelid <> 'bureau'::regclass
  AND CAST(:bureau AS uuid) IS NOT NULL
"""

INVARIANTS = (
    Invariant("I1", "balances of all accounts sum to 0, and each is what its transfers say", _I1),
    Invariant("I2", "voucher: issued + put back = free + held + captured + used + expired", _I2),
    Invariant("I3", "balance - held >= 0 on fund, voucher, co-pay", _I3),
    Invariant("I4", "held = sum of the open holds of the account", _I4),
    Invariant("I5", "taken = live bookings, taken + offered <= capacity", _I5),
    Invariant("I6", "a hold has at most one resolution, of its kind and never above its amount", _I6),
    Invariant("I7", "a verified completion has exactly one live credit entry, any other none", _I7),
    Invariant("I8", "statement total = its lines = captures and uses - reversals", _I8),
    Invariant("I9", "at most one live payment a statement", _I9),
    Invariant("I10", "every transfer, booking and entry has its event", _I10),
    Invariant("I11", "sealed events form an unbroken chain", _I11),
    Invariant("I12", "no row's bureau differs from its parent's", _I12),
)


async def check(session: Session, bureau_id: UUID) -> list[Finding]:
    """All twelve, in order, for one bureau."""
    findings: list[Finding] = []
    for invariant in INVARIANTS:
        row = (await session.execute(text(invariant.sql), {"bureau": bureau_id})).one()
        findings.append(Finding(invariant.code, invariant.promise, row.checked, row.broken))
    return findings


async def unsealed(session: Session, bureau_id: UUID) -> int:
    """How many events no seal covers yet."""
    sql = text(
        "SELECT count(*) FROM event e WHERE e.bureau_id = :bureau AND NOT EXISTS "
        "(SELECT 1 FROM event_seal s WHERE s.bureau_id = e.bureau_id AND s.event_id = e.id)"
    )
    return (await session.execute(sql, {"bureau": bureau_id})).scalar_one()
