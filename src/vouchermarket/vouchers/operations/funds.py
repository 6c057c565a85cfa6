"""Money comes into a fund by appropriation and leaves what is left of it at the year's end."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vouchermarket.identity import queries as bodies
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import AccountId, FundId, TransferId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import AccountKind, Posting, TransferCode
from vouchermarket.policies import queries as policies
from vouchermarket.policies import rules as policy_rules
from vouchermarket.vouchers import queries, rules, tables
from vouchermarket.vouchers.structs import Appropriate, Appropriation, Returned


async def appropriate(
    session: Session, actor: Actor, command: Appropriate, *, now: datetime
) -> Appropriation:
    """Move money from the treasury into the fund of a line and a year, opening it the first time (ZZ-A24).

    Refuses `RoleNotAllowed`, `FundLineUnknown`, `FundLapsed`, `AmountOutOfRange`.
    """
    identity.seats_for(actor, "appropriate")
    bureau_id = actor.bureau_id
    today = civil_day(now, (await bodies.bureau(session, bureau_id)).time_zone)
    policy_rules.fund_line((await policies.in_force(session, bureau_id, today)).pack, command.line)
    treasury_id = await ledger.open_account(session, bureau_id, AccountKind.TREASURY, now=now)
    fund_id = await _open_fund(session, actor, command.line, command.year, now=now)
    # The account's lock is the fund's: after it nobody else lets the fund lapse before this is written.
    await ledger.lock(session, bureau_id, [fund_id])
    if (await queries.fund(session, bureau_id, fund_id)).lapsed_at is not None:
        raise rules.FundLapsed(line=command.line, year=command.year)
    appropriation_id = new_id()
    facts = {"fund_id": fund_id, "amount_fen": command.amount_fen, "document": command.document}
    event_id = await events.record(
        session,
        bureau_id,
        "vouchers.appropriated",
        appropriation_id,
        now=now,
        actor_id=actor.person_id,
        facts=facts,
    )
    posting = Posting(
        id=TransferId(new_id()),
        code=TransferCode.APPROPRIATE,
        source_id=treasury_id,
        target_id=AccountId(fund_id),
        amount_fen=command.amount_fen,
        key=f"appropriate:{appropriation_id}",
        document_id=appropriation_id,
    )
    await ledger.post(session, bureau_id, [posting], event_id=event_id, now=now)
    row = {
        "bureau_id": bureau_id,
        "id": appropriation_id,
        "fund_id": fund_id,
        "amount_fen": command.amount_fen,
        "document": command.document,
        "appropriated_by": actor.person_id,
        "at": now,
    }
    await session.execute(insert(tables.appropriation).values(row))
    return Appropriation(id=appropriation_id, fund_id=fund_id, amount_fen=command.amount_fen)


async def _open_fund(session: Session, actor: Actor, line: str, year: int, *, now: datetime) -> FundId:
    fund_id = await ledger.open_account(session, actor.bureau_id, AccountKind.FUND, line, year, now=now)
    row = {"bureau_id": actor.bureau_id, "id": fund_id, "line": line, "year": year, "opened_at": now}
    await session.execute(upsert(tables.fund).values(row).on_conflict_do_nothing())
    return FundId(fund_id)


async def lapse(session: Session, actor: Actor, fund_id: FundId, *, now: datetime) -> Returned:
    """Give what a fund has free back to the treasury once its year is over, and close it.

    May be repeated: value that expired into the fund later goes the same way; with nothing free, nothing
    moves. Refuses `RoleNotAllowed`, `NotFound`, `FundYearNotOver`.
    """
    identity.seats_for(actor, "lapse_fund")
    bureau_id = actor.bureau_id
    found = await queries.fund(session, bureau_id, fund_id)
    today = civil_day(now, (await bodies.bureau(session, bureau_id)).time_zone)
    rules.lapsable(found.line, found.year, today)
    treasury_id = ledger.account_id(bureau_id, AccountKind.TREASURY)
    free_fen = (await ledger.lock(session, bureau_id, [fund_id]))[AccountId(fund_id)].free_fen
    event_id = await events.record(
        session,
        bureau_id,
        "vouchers.fund_lapsed",
        fund_id,
        now=now,
        actor_id=actor.person_id,
        facts={"amount_fen": free_fen, **events.changed(found, lapsed_at=found.lapsed_at or now)},
    )
    if free_fen:
        posting = Posting(
            id=TransferId(new_id()),
            code=TransferCode.LAPSE,
            source_id=AccountId(fund_id),
            target_id=treasury_id,
            amount_fen=free_fen,
            key=f"lapse:{fund_id}:{event_id}",
            document_id=fund_id,
        )
        await ledger.post(session, bureau_id, [posting], event_id=event_id, now=now)
    fund = tables.fund
    await session.execute(
        update(fund)
        .where(fund.c.bureau_id == bureau_id, fund.c.id == fund_id, fund.c.lapsed_at.is_(None))
        .values(lapsed_at=now)
    )
    return Returned(accounts=1 if free_fen else 0, amount_fen=free_fen)
