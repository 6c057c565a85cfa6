"""Our books beside the gateway's list: each line of either side gets its place, and the differences a sum."""

from collections.abc import Collection, Iterable

from vouchermarket.payments.structs import ComparedLine, Entry, Match, Remote


def concerns(remote: Remote, payment_ids: Collection[str], accounts: Collection[str]) -> bool:
    """Whether a line of the gateway's is this bureau's; several bureaus may share an account there.

    It names a payment of ours, or it names no provider and went into an account we pay into: somebody made
    it by hand, and nobody else will miss it.
    """
    return remote.payment_id in payment_ids or (not remote.provider_id and remote.destination in accounts)


def compare(ours: Iterable[Entry], theirs: Iterable[Remote]) -> list[ComparedLine]:
    """Every line of either side once, in their order and then in ours.

    A line is found by the gateway's own number; one that was made twice for a payment is missing here once.
    """
    waiting = {entry.reference: entry for entry in ours}
    lines: list[ComparedLine] = []
    for remote in theirs:
        there_fen = remote.amount_fen - remote.reversed_fen
        entry = waiting.pop(remote.reference, None)
        here_fen = entry.amount_fen if entry else 0
        match = Match.MATCHED if here_fen == there_fen else Match.AMOUNT_DIFFERS
        lines.append(
            ComparedLine(
                match if entry else Match.MISSING_HERE,
                remote.reference,
                remote.payment_id,
                here_fen,
                there_fen,
            )
        )
    lines += [
        ComparedLine(Match.MISSING_THERE, entry.reference, str(entry.payment_id), entry.amount_fen, 0)
        for entry in waiting.values()
    ]
    return lines
