"""Given-builders for payments through Stripe: an approved payee, an approved payment, sweeps at set times."""

from datetime import datetime
from uuid import UUID

from payments.stripe_standin import ACCOUNT
from settlement import rows
from settlement.rows import LATER, Market
from vouchermarket.identity import queries as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.jobs import sweeps
from vouchermarket.kit.ids import StatementId
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger.structs import AccountKind
from vouchermarket.payments import queries
from vouchermarket.payments.gateways import Gateways
from vouchermarket.payments.structs import (
    Attempt,
    Gateway,
    Payee,
    Payment,
    ProposePayee,
    ProposeReversal,
    Reversal,
)
from vouchermarket.settlement import operations as settlement


async def proposed(market: Market, account: str = ACCOUNT, *, now: datetime = LATER) -> Payee:
    """An account entered by the first officer of finance."""
    command = ProposePayee(provider_id=market.provider_id, gateway=Gateway.STRIPE, account=account)
    async with market.transaction() as session:
        return await settlement.propose_payee(session, market.finance, command, now=now)


async def decided(
    market: Market, payee_id: UUID, *, approve: bool = True, now: datetime = LATER, by: object = None
) -> None:
    """The second officer of finance decides, unless somebody else is named."""
    async with market.transaction() as session:
        await settlement.decide_payee(session, by or market.finance_too, payee_id, approve=approve, now=now)


async def paid_by_stripe(market: Market, statement_id: StatementId) -> Payment:
    """The payment of a settled statement through Stripe, approved by the first officer of finance."""
    async with market.transaction() as session:
        return await settlement.approve_payment(
            session, market.finance, statement_id, now=LATER, gateway=Gateway.STRIPE
        )


async def approved(market: Market, amount_fen: int = 30_000) -> Payment:
    """An approved payment of this much to an approved payee."""
    await decided(market, (await proposed(market)).id)
    await rows.earn(market, amount_fen)
    return await paid_by_stripe(market, await rows.settled(market))


async def sweep(market: Market, ways: Gateways, now: datetime) -> int:
    """One turn of the sweep through these gateways."""
    async with market.database.registry() as session:
        bureau = next(one for one in await identity.bureaus(session) if one.id == market.bureau_id)
    return await sweeps.pay_through(ways, market.database, bureau, now)


async def stands(market: Market, payment: Payment) -> tuple[Payment, list[Attempt]]:
    """The payment as it stands now, with its attempts."""
    async with market.transaction() as session:
        found = await queries.payment_by_id(session, market.bureau_id, payment.id)
        tries = await queries.attempts_of(session, market.bureau_id, [payment.id])
    assert found is not None
    return found, list(tries)


async def gone_through_stripe(market: Market) -> int:
    """What our books say went out through Stripe, in fen."""
    outside = ledger.account_id(market.bureau_id, AccountKind.OUTSIDE, Gateway.STRIPE.value)
    async with market.transaction() as session:
        return await ledger_queries.open_balance(session, market.bureau_id, outside)


async def proposed_back(
    market: Market, payment: Payment, amount_fen: int, *, by: Actor | None = None
) -> Reversal:
    """A reversal proposed by the first officer of finance."""
    command = ProposeReversal(payment_id=payment.id, amount_fen=amount_fen, reason="多付")
    async with market.transaction() as session:
        return await settlement.propose_reversal(session, by or market.finance, command, now=LATER)


async def decided_back(
    market: Market, reversal: Reversal, *, approve: bool = True, by: Actor | None = None
) -> None:
    """The second officer of finance decides."""
    async with market.transaction() as session:
        await settlement.decide_reversal(
            session, by or market.finance_too, reversal.id, approve=approve, now=LATER
        )


async def asked_back(market: Market, payment: Payment, amount_fen: int) -> Reversal:
    """An approved reversal of this much."""
    reversal = await proposed_back(market, payment, amount_fen)
    await decided_back(market, reversal)
    return reversal


async def back(market: Market, payment: Payment) -> list[Reversal]:
    """The reversals of a payment as they stand now."""
    async with market.transaction() as session:
        return await queries.reversals_of(session, market.bureau_id, [payment.id])
