"""Where providers are paid: an account, entered by one officer of finance and decided on by another."""

from datetime import datetime
from uuid import UUID

from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries as identity_queries
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor, OrganisationKind
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import new_id
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.payments import operations as payments
from vouchermarket.payments import rules as payment_rules
from vouchermarket.payments.structs import Payee, ProposePayee


async def propose_payee(session: Session, actor: Actor, command: ProposePayee, *, now: datetime) -> Payee:
    """Enter a provider's account at a gateway. Payments go on into the one approved last until it is decided.

    Refuses `RoleNotAllowed`, `NotFound`, `PayeeAccountNotReadable`.
    """
    identity_rules.seats_for(actor, "propose_payee")
    provider = await identity_queries.organisation(session, actor.bureau_id, command.provider_id)
    if provider is None or provider.kind is not OrganisationKind.PROVIDER:
        raise identity_rules.NotFound
    payee = Payee(
        id=new_id(),
        provider_id=command.provider_id,
        gateway=command.gateway,
        account=payment_rules.readable_account(command.gateway, command.account),
        proposed_by=actor.person_id,
        proposed_at=now,
    )
    await payments.enter_payee(session, actor.bureau_id, payee)
    await _note(session, actor, "settlement.payee_proposed", payee, now=now)
    await _tell(session, actor.bureau_id, notice_rules.PayeeProposed, payee, now=now)
    return payee


async def decide_payee(
    session: Session, actor: Actor, payee_id: UUID, *, approve: bool, now: datetime
) -> None:
    """A second officer of finance approves an entered account, or rejects it.

    Payments approved before keep the account they were approved with. Refuses `RoleNotAllowed`, `NotFound`,
    `PayeeDecided`, `PayeeDecidedByProposer`, `ActsForMaker`.
    """
    identity_rules.seats_for(actor, "decide_payee")
    payee = await payments.lock_payee(session, actor.bureau_id, payee_id)
    if payee is None:
        raise identity_rules.NotFound
    payment_rules.payee_decidable(payee, actor.person_id)
    await identity.of_other_hands(session, actor, (payee.proposed_by, payee.proposed_at))
    await payments.close_payee(session, actor.bureau_id, payee, actor.person_id, approve=approve, now=now)
    kind = "settlement.payee_approved" if approve else "settlement.payee_rejected"
    decided = events.changed(payee, approved=approve, decided_by=actor.person_id, decided_at=now)
    await _note(session, actor, kind, payee, now=now, **decided)
    if approve:
        await _tell(session, actor.bureau_id, notice_rules.PayeeApproved, payee, now=now)


async def _tell(
    session: Session, bureau_id: UUID, kind: type[notice_rules.NoticeKind], payee: Payee, *, now: datetime
) -> None:
    # Before it counts and when it does: whoever leads payments elsewhere is seen by those who wait for them.
    told = {"payee_id": payee.id, "gateway": payee.gateway.value, "ending": payee.account[-4:]}
    await notices.tell_officers(session, bureau_id, payee.provider_id, kind, told, now=now)


async def _note(
    session: Session, actor: Actor, kind: str, payee: Payee, *, now: datetime, **more: object
) -> None:
    await events.record(
        session,
        actor.bureau_id,
        kind,
        payee.id,
        now=now,
        actor_id=actor.person_id,
        facts={
            "provider_id": payee.provider_id,
            "gateway": payee.gateway.value,
            "account": payee.account,
            **more,
        },
    )
