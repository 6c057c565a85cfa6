"""The second factor: codes of six digits that change every thirty seconds (RFC 6238), each good once."""

import hmac
from datetime import UTC, datetime, timedelta

from pyotp.totp import TOTP

from vouchermarket.identity.structs import Actor, OrganisationKind, Role
from vouchermarket.kit.refusal import Kind, Refusal

STEP = timedelta(seconds=30)
RECOVERY_CODES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The clock of a telephone may be a step behind or before ours.
_STEPS_APART = (0, -1, 1)


class SecondFactorAsked(Refusal):
    code = "second_factor_asked"
    kind = Kind.UNAUTHENTICATED
    zh = "还需要身份验证器上的验证码"
    en = "The code of the authenticator is needed too"
    remedy_zh = "请填写六位验证码,或一个未用过的恢复码"
    remedy_en = "Give the code of six digits, or a recovery code that was not used yet"


class SecondFactorMissing(Refusal):
    code = "second_factor_missing"
    kind = Kind.FORBIDDEN
    zh = "财政经办人和管理员须先绑定身份验证器才能登录"
    en = "Officers of finance and administrators log in with a second factor, and none is set up"
    remedy_zh = "请先绑定身份验证器"
    remedy_en = "Set one up first"


class CodeNotRight(Refusal):
    """One answer for a wrong, an old and a used code."""

    code = "code_not_right"
    kind = Kind.UNAUTHENTICATED
    zh = "验证码不正确或已用过"
    en = "The code is not right, or was used already"
    remedy_zh = "请等待下一个验证码再试"
    remedy_en = "Wait for the next code and try again"


class SecondFactorPresent(Refusal):
    code = "second_factor_present"
    kind = Kind.CONFLICT
    zh = "已绑定身份验证器"
    en = "A second factor is set up already"
    remedy_zh = "如需更换,请由管理员先解除"
    remedy_en = "To change it, let an administrator take it away first"


class OwnSecondFactor(Refusal):
    code = "own_second_factor"
    kind = Kind.FORBIDDEN
    zh = "任何人不得解除自己的身份验证器"
    en = "Nobody takes away a second factor of his or her own"
    remedy_zh = "请由另一位管理员办理"
    remedy_en = "Ask another administrator"


def needs_second_factor(actor: Actor) -> bool:
    """Whoever moves public money or lets people in."""
    return any(
        seat.role is Role.ADMINISTRATOR or seat.kind is OrganisationKind.FINANCE_OFFICE
        for seat in actor.seats
    )


def step_of(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The step a code belongs to, now or one beside it and after the last one used; None where there is none.

    Whoever uses a step of the future gives up the codes before it.
    """
    generator, present = TOTP(secret), (now - _EPOCH) // STEP
    for apart in _STEPS_APART:
        step = present + apart
        is_code = hmac.compare_digest(generator.generate_otp(step).encode(), code.encode(errors="replace"))
        if is_code and (last_step is None or step > last_step):
            return step
    return None


def authenticator_address(secret: str, username: str, bureau_name: str) -> str:
    """What an authenticator reads, as text or as a picture of it: `otpauth://totp/…`."""
    return TOTP(secret).provisioning_uri(name=username, issuer_name=bureau_name)


def another_person(actor: Actor, person_id: object) -> None:
    """Refuses `OwnSecondFactor`: a stolen login must not be able to make itself comfortable."""
    if actor.person_id == person_id:
        raise OwnSecondFactor
