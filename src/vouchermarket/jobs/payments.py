"""What is asked of gateways beside paying: what their messages are about, and whether their books are ours.

Like paying itself, each call stands outside any transaction.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from vouchermarket.identity.structs import Bureau
from vouchermarket.jobs.schedule import CatchUp, Job
from vouchermarket.kit.db import Database
from vouchermarket.payments import gateways
from vouchermarket.payments import operations as payments
from vouchermarket.payments.structs import HookEvent
from vouchermarket.settlement import operations as settlement

log = structlog.get_logger()

NOT_OURS, NOTHING_OPEN, FOLLOWED = "not_ours", "nothing_open", "followed"


async def follow_hooks(ways: gateways.Gateways, database: Database, bureau: Bureau, now: datetime) -> int:
    """Follow up what gateways have told: fetch the object anew, and settle what of it is in doubt here.

    In which order events came, and how often, does not matter: what counts is how the payment stands now.
    """
    followed = 0
    for gateway, register in gateways.registers(ways).items():
        async with database.transaction(bureau.id) as session:
            told = await payments.claim_events(session, bureau.id, gateway, now=now)
        for event in told:
            try:
                outcome = await _follow(ways, register, database, bureau, event, now)
            except gateways.GatewaySilent as silence:
                log.warning("payments.hook_waits", gateway=gateway.value, fault=str(silence))
                async with database.transaction(bureau.id) as session:
                    await payments.note_silence(session, bureau.id, event, str(silence))
                continue
            async with database.transaction(bureau.id) as session:
                await payments.close_event(session, bureau.id, event, outcome, now=now)
            followed += 1
    return followed


async def _follow(
    ways: gateways.Gateways,
    register: gateways.PaymentRegister,
    database: Database,
    bureau: Bureau,
    event: HookEvent,
    now: datetime,
) -> str:
    if not event.kind.startswith("transfer.") or not event.object_id:
        return NOT_OURS
    found = await register.fetch(event.object_id)
    payment_id = found and _id_of(found.payment)
    if payment_id is None:
        return NOT_OURS
    async with database.transaction(bureau.id) as session:
        errand = await payments.errand_in_doubt(session, bureau.id, payment_id)
    if errand is None:
        return NOTHING_OPEN
    answer = await gateways.carry_out(ways, errand)
    async with database.transaction(bureau.id) as session:
        await settlement.record_outcome(session, bureau.id, ways, errand, answer, now=now)
    return FOLLOWED


def _id_of(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None


def jobs(ways: gateways.Gateways) -> tuple[Job, ...]:
    """The jobs beside paying, where there is a gateway that shows its books."""
    if not gateways.registers(ways):
        return ()
    return (Job("follow_hooks", partial(follow_hooks, ways), timedelta(seconds=15), CatchUp.LATEST),)
