"""Given-builders for ledger tests: accounts opened and postings made through the operations."""

from uuid import UUID

from factories import NOW
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import AccountId, TransferId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import AccountKind, Posting, TransferCode


async def open_line(session: Session, bureau_id: UUID) -> dict[AccountKind, AccountId]:
    """One account of each kind."""
    parts = {AccountKind.FUND: ("all_staff", 2014), AccountKind.TREASURY: ()}
    return {
        kind: await ledger.open_account(session, bureau_id, kind, *parts.get(kind, ("x",)), now=NOW)
        for kind in AccountKind
    }


def posting(accounts, code, source, target, amount, *, resolves=None, reverses=None, key=None) -> Posting:
    """A posting between two of these accounts, with a key of its own unless one is given."""
    id_ = TransferId(new_id())
    return Posting(
        id=id_,
        code=TransferCode(code),
        source_id=accounts[source],
        target_id=accounts[target],
        amount_fen=amount,
        key=key or f"{code}:{id_}",
        document_id=id_,
        resolves_id=resolves,
        reverses_id=reverses,
    )


async def post(session: Session, bureau_id: UUID, *postings: Posting) -> None:
    """Post under an event of its own."""
    event_id = await events.record(session, bureau_id, "test.posted", bureau_id, now=NOW)
    await ledger.post(session, bureau_id, postings, event_id=event_id, now=NOW)
