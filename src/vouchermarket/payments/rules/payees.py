"""Where a provider is paid at a gateway: an account as it is written there, decided on by a second person."""

import re
from collections.abc import Mapping

from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.payments.structs import Gateway, Payee

# How accounts are written at the gateways that know payees by one.
ACCOUNTS: Mapping[Gateway, re.Pattern[str]] = {Gateway.STRIPE: re.compile(r"acct_[A-Za-z0-9]{1,60}")}


class PayeeAccountNotReadable(Refusal):
    code = "payee_account_not_readable"
    kind = Kind.INVALID
    zh = "“{account}”不是付款渠道 {gateway} 的收款账户"
    en = "'{account}' is no account of a payee at the gateway {gateway}"
    remedy_zh = "请按付款渠道给出的账户编号填写;人工付款不登记收款账户"
    remedy_en = "Copy the account's id from the gateway; payments by hand need none"


class PayeeDecided(Refusal):
    code = "payee_decided"
    kind = Kind.CONFLICT
    zh = "该收款账户已经审定"
    en = "This payee's account has been decided on already"
    remedy_zh = "如需更改,请重新登记收款账户"
    remedy_en = "To change it, enter the account anew"


class PayeeDecidedByProposer(Refusal):
    code = "payee_decided_by_proposer"
    kind = Kind.FORBIDDEN
    zh = "登记收款账户的人不能审定该账户"
    en = "Whoever entered a payee's account cannot decide on it"
    remedy_zh = "请由财政的另一位经办人审定"
    remedy_en = "Ask another officer of finance to decide"


class PayeeMissing(Refusal):
    code = "payee_missing"
    kind = Kind.CONFLICT
    zh = "该承担单位在付款渠道 {gateway} 没有审定的收款账户"
    en = "This provider has no approved account at the gateway {gateway}"
    remedy_zh = "请先登记收款账户并由财政的另一位经办人审定,或改为人工付款"
    remedy_en = "Enter its account and have another officer of finance approve it, or pay by hand"


def readable_account(gateway: Gateway, account: str) -> str:
    """A payee's account as its gateway writes them. Refuses `PayeeAccountNotReadable`."""
    form = ACCOUNTS.get(gateway)
    if form is None or not form.fullmatch(account):
        raise PayeeAccountNotReadable(account=account, gateway=gateway.value)
    return account


def payee_decidable(payee: Payee, by: PersonId) -> None:
    """Whether this person may decide on it. Refuses `PayeeDecided`, `PayeeDecidedByProposer`."""
    if payee.decided_at is not None:
        raise PayeeDecided
    if payee.proposed_by == by:
        raise PayeeDecidedByProposer


def destination(gateway: Gateway, payee: Payee | None) -> str | None:
    """Where a payment goes at its gateway; None where a person knows. Refuses `PayeeMissing`."""
    if gateway not in ACCOUNTS:
        return None
    if payee is None:
        raise PayeeMissing(gateway=gateway.value)
    return payee.account
