"""An issuance is proposed with its list, approved by a second person, and then given out as one set."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from vouchermarket.identity import operations as identity_operations
from vouchermarket.identity import queries as bodies
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import (
    AccountId,
    EventId,
    FundId,
    IssuanceId,
    TransferId,
    VoucherId,
    fact_id,
    new_id,
)
from vouchermarket.kit.loading import insert_rows
from vouchermarket.kit.locks import lock_rows
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import rules as ledger_rules
from vouchermarket.ledger.structs import Account, AccountKind, Posting, TransferCode
from vouchermarket.policies import queries as policies
from vouchermarket.policies import rules as policy_rules
from vouchermarket.vouchers import queries, rules, tables
from vouchermarket.vouchers.structs import Fund, Issuance, Issued, Preview, ProposeIssuance, Share

# How many vouchers are held in memory while they are written: a city of teachers is a few of these.
AT_ONCE = 50_000


async def propose_issuance(
    session: Session, actor: Actor, command: ProposeIssuance, *, now: datetime
) -> Preview:
    """Count who is entitled on the day, and freeze the list that the second person will see (ZZ-B01).

    Refuses `RoleNotAllowed`, `FundLineUnknown`, `FundNotOpen`, `FundLapsed`, `ValidityOutsideRule`,
    `CountedInFuture`, as `rules.share_out` (ZZ-A22, ZZ-A23), and `IssuanceAboveFund`.
    """
    identity.seats_for(actor, "propose_issuance")
    bureau_id = actor.bureau_id
    today = civil_day(now, (await bodies.bureau(session, bureau_id)).time_zone)
    policy = await policies.in_force(session, bureau_id, today)
    line = policy_rules.fund_line(policy.pack, command.line)
    fund = await _open_fund_of(session, bureau_id, command.line, command.year)
    rules.valid(policy.pack, command)
    rules.countable(command.counted_on, today)
    heads = await queries.heads_on(session, bureau_id, command.counted_on)
    holding = await queries.holders_of(session, bureau_id, fund.id)
    shares = rules.share_out(policy.pack, command.line, heads, holding)
    total_fen = rules.covered(shares, fund.free_fen)
    issuance_id = IssuanceId(new_id())
    row = {
        "id": issuance_id,
        "fund_id": fund.id,
        "holder": line.holder,
        "counted_on": command.counted_on,
        "valid_from": command.valid_from,
        "valid_to": command.valid_to,
        "vouchers": len(shares),
        "total_fen": total_fen,
        "policy_version_id": policy.version_id,
    }
    await _write_proposal(session, actor, row, shares, now=now)
    return Preview(
        issuance_id=issuance_id,
        vouchers=len(shares),
        heads=sum(share.heads for share in shares),
        total_fen=total_fen,
        fund_free_fen=fund.free_fen,
        lines=tuple(await queries.lines_of(session, bureau_id, issuance_id)),
    )


async def _open_fund_of(session: Session, bureau_id: UUID, line: str, year: int) -> Fund:
    fund = await queries.fund_of(session, bureau_id, line, year)
    if fund is None:
        raise rules.FundNotOpen(line=line, year=year)
    if fund.lapsed_at is not None:
        raise rules.FundLapsed(line=line, year=year)
    return fund


async def _write_proposal(
    session: Session, actor: Actor, row: dict[str, Any], shares: Sequence[Share], *, now: datetime
) -> None:
    bureau_id = actor.bureau_id
    await session.execute(
        insert(tables.issuance).values(
            bureau_id=bureau_id, proposed_by=actor.person_id, proposed_at=now, **row
        )
    )
    lines = [
        {
            "bureau_id": bureau_id,
            "issuance_id": row["id"],
            "holder_id": share.holder_id,
            "heads": share.heads,
            "amount_fen": share.amount_fen,
        }
        for share in shares
    ]
    await insert_rows(session, tables.issuance_line, lines)
    await events.record(
        session,
        bureau_id,
        "vouchers.issuance_proposed",
        row["id"],
        now=now,
        actor_id=actor.person_id,
        facts={"fund_id": row["fund_id"], "vouchers": row["vouchers"], "total_fen": row["total_fen"]},
    )


async def _lock(session: Session, bureau_id: UUID, issuance_id: UUID) -> Issuance:
    await lock_rows(session, tables.issuance, bureau_id, [issuance_id])
    return await queries.issuance(session, bureau_id, issuance_id)


async def decide_issuance(
    session: Session, actor: Actor, issuance_id: UUID, *, approve: bool, now: datetime
) -> None:
    """Approve or reject a proposed issuance, as a second person; nothing is given out yet.

    Refuses `RoleNotAllowed`, `NotFound`, `IssuanceDecided`, `SamePerson`, `ActsForMaker`.
    """
    identity.seats_for(actor, "decide_issuance")
    found = await _lock(session, actor.bureau_id, issuance_id)
    rules.decidable(found, actor.person_id)
    await identity_operations.of_other_hands(session, actor, (found.proposed_by, found.proposed_at))
    decision = "approved" if approve else "rejected"
    table = tables.issuance
    await session.execute(
        update(table)
        .where(table.c.bureau_id == actor.bureau_id, table.c.id == issuance_id)
        .values(decision=decision, decided_by=actor.person_id, decided_at=now)
    )
    await events.record(
        session,
        actor.bureau_id,
        f"vouchers.issuance_{decision}",
        issuance_id,
        now=now,
        actor_id=actor.person_id,
        facts=events.changed(found, is_approved=approve, decided_by=actor.person_id),
    )


async def issue(session: Session, actor: Actor, issuance_id: UUID, *, now: datetime) -> Issued:
    """Give out an approved issuance: all of its vouchers or none.

    May be repeated: a second call changes nothing and returns the same figures. A holder whom another
    issuance of the fund has served meanwhile is left out. Refuses `RoleNotAllowed`, `NotFound`,
    `IssuanceNotApproved`, `FundLapsed`, `IssuanceAboveFund`.
    """
    identity.seats_for(actor, "decide_issuance")
    bureau_id = actor.bureau_id
    found = await _lock(session, bureau_id, issuance_id)
    if not found.is_approved:
        raise rules.IssuanceNotApproved
    if found.issued_at is not None:
        return await queries.issued(session, bureau_id, found.id)
    # Under the fund's lock its issuances stand in line, and the later sees whom the earlier has served.
    fund_account = (await ledger.lock(session, bureau_id, [found.fund_id]))[AccountId(found.fund_id)]
    await _open_fund_of(session, bureau_id, found.line, found.year)
    holding = await queries.holders_of(session, bureau_id, found.fund_id)
    listed = await queries.shares_of(session, bureau_id, found.id)
    shares = [share for share in listed if share.holder_id not in holding]
    total_fen = rules.covered(shares, fund_account.free_fen)
    event_id = await events.record(
        session,
        bureau_id,
        "vouchers.issued",
        found.id,
        now=now,
        actor_id=actor.person_id,
        facts={
            "fund_id": found.fund_id,
            "vouchers": len(shares),
            "total_fen": total_fen,
            **events.changed(found, issued_at=now),
        },
    )
    for part in _parts(shares):
        await _give_out(session, bureau_id, found, part, event_id, now=now)
    table = tables.issuance
    await session.execute(
        update(table).where(table.c.bureau_id == bureau_id, table.c.id == found.id).values(issued_at=now)
    )
    return Issued(issuance_id=found.id, vouchers=len(shares), total_fen=total_fen)


def _parts(shares: Sequence[Share]) -> Iterator[Sequence[Share]]:
    for start in range(0, len(shares), AT_ONCE):
        yield shares[start : start + AT_ONCE]


def voucher_id(bureau_id: UUID, fund_id: FundId, holder_id: UUID) -> VoucherId:
    """The id of a holder's voucher of a fund: there is one, so a second cannot be made."""
    return VoucherId(fact_id(bureau_id, f"voucher:{fund_id}:{holder_id}"))


async def _give_out(
    session: Session,
    bureau_id: UUID,
    issuance: Issuance,
    shares: Sequence[Share],
    event_id: EventId,
    *,
    now: datetime,
) -> None:
    ids = {share.holder_id: voucher_id(bureau_id, issuance.fund_id, share.holder_id) for share in shares}
    accounts = [
        Account(AccountId(id_), AccountKind.VOUCHER, ledger_rules.account_code(AccountKind.VOUCHER, id_))
        for id_ in ids.values()
    ]
    rows = [_voucher_row(bureau_id, issuance, share, ids[share.holder_id], now=now) for share in shares]
    await insert_rows(session, tables.voucher, rows)
    postings = [
        Posting(
            id=TransferId(new_id()),
            code=TransferCode.ISSUE,
            source_id=AccountId(issuance.fund_id),
            target_id=AccountId(ids[share.holder_id]),
            amount_fen=share.amount_fen,
            key=f"issue:{issuance.id}:{share.holder_id}:{issuance.line}",
            document_id=issuance.id,
        )
        for share in shares
    ]
    fund = await ledger.lock(session, bureau_id, [issuance.fund_id])
    await ledger.write(session, bureau_id, fund, {}, {event_id: postings}, opening=accounts, now=now)


def _voucher_row(
    bureau_id: UUID, issuance: Issuance, share: Share, id_: VoucherId, *, now: datetime
) -> dict[str, Any]:
    by_teacher = issuance.holder == "teacher"
    return {
        "bureau_id": bureau_id,
        "id": id_,
        "fund_id": issuance.fund_id,
        "issuance_id": issuance.id,
        "line": issuance.line,
        "person_id": share.holder_id if by_teacher else None,
        "organisation_id": None if by_teacher else share.holder_id,
        "amount_fen": share.amount_fen,
        "valid_from": issuance.valid_from,
        "valid_to": issuance.valid_to,
        "issued_at": now,
    }
