"""The chart of accounts as data: what each code does, and between which kinds of account."""

import enum
from collections.abc import Iterable

import msgspec

from vouchermarket.ledger.structs import AccountKind, TransferCode


class Effect(enum.Enum):
    """What a code does: move value, reserve it at the source, take a hold's value, or let it go."""

    MOVES = "moves"
    RESERVES = "reserves"
    TAKES = "takes"
    LETS_GO = "lets_go"


class Line(msgspec.Struct, frozen=True):
    """One row of the chart. `resolves` names the code of the hold this one ends."""

    effect: Effect
    sources: frozenset[AccountKind]
    targets: frozenset[AccountKind]
    resolves: TransferCode | None = None


def _line(
    effect: Effect,
    sources: Iterable[AccountKind],
    targets: Iterable[AccountKind],
    resolves: TransferCode | None = None,
) -> Line:
    return Line(effect, frozenset(sources), frozenset(targets), resolves)


_K, _C, _E = AccountKind, TransferCode, Effect
_PAYERS = (_K.VOUCHER, _K.COPAY)
_ADJUSTABLE = (_K.FUND, _K.VOUCHER, _K.PAYABLE)

CHART: dict[TransferCode, Line] = {
    _C.APPROPRIATE: _line(_E.MOVES, [_K.TREASURY], [_K.FUND]),
    _C.ISSUE: _line(_E.MOVES, [_K.FUND], [_K.VOUCHER]),
    _C.HOLD: _line(_E.RESERVES, _PAYERS, [_K.EARNED]),
    _C.CAPTURE: _line(_E.TAKES, _PAYERS, [_K.EARNED], _C.HOLD),
    _C.RELEASE: _line(_E.LETS_GO, _PAYERS, [_K.EARNED], _C.HOLD),
    _C.USE: _line(_E.MOVES, [_K.VOUCHER], [_K.EARNED]),
    _C.SETTLE: _line(_E.MOVES, [_K.EARNED], [_K.PAYABLE]),
    _C.PAY_OUT: _line(_E.RESERVES, [_K.PAYABLE], [_K.OUTSIDE]),
    _C.PAID: _line(_E.TAKES, [_K.PAYABLE], [_K.OUTSIDE], _C.PAY_OUT),
    _C.PAY_OUT_FAILED: _line(_E.LETS_GO, [_K.PAYABLE], [_K.OUTSIDE], _C.PAY_OUT),
    _C.COPAY: _line(_E.MOVES, [_K.OUTSIDE], [_K.COPAY]),
    _C.REFUND: _line(_E.RESERVES, [_K.COPAY], [_K.OUTSIDE]),
    _C.REFUNDED: _line(_E.TAKES, [_K.COPAY], [_K.OUTSIDE], _C.REFUND),
    _C.REFUND_FAILED: _line(_E.LETS_GO, [_K.COPAY], [_K.OUTSIDE], _C.REFUND),
    _C.EXPIRE: _line(_E.MOVES, [_K.VOUCHER], [_K.FUND]),
    _C.LAPSE: _line(_E.MOVES, [_K.FUND], [_K.TREASURY]),
    # A mirror runs against the transfer it reverses, so its own route is that transfer's, turned round.
    _C.REVERSE: _line(_E.MOVES, _K, _K),
    _C.CLAW_BACK: _line(_E.MOVES, [_K.PAYABLE], [_K.FUND, _K.COPAY]),
    _C.ADJUST: _line(_E.MOVES, _ADJUSTABLE, _ADJUSTABLE),
}

LOCKED = frozenset({_K.FUND, _K.VOUCHER, _K.COPAY, _K.PAYABLE})
COVERED = frozenset({_K.FUND, _K.VOUCHER, _K.COPAY})
REVERSIBLE_BY_OFFICER = frozenset({_C.APPROPRIATE, _C.ISSUE, _C.ADJUST})


def account_code(kind: AccountKind, *parts: object) -> str:
    """How an account is called: `fund:{line}:{year}`, `provider:{id}:earned`, `outside:{gateway}`."""
    if kind in {AccountKind.EARNED, AccountKind.PAYABLE}:
        return f"provider:{parts[0]}:{kind.value}"
    return ":".join([kind.value, *(str(part) for part in parts)])
