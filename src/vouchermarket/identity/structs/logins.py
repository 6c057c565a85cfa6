"""How a person comes in: credentials, logins, tokens, second factors."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from vouchermarket.identity.structs.actors import Actor
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.fields import Code, Line
from vouchermarket.kit.ids import PersonId

Username = Annotated[str, msgspec.Meta(max_length=200)]
SecondCode = Annotated[str, msgspec.Meta(max_length=40)]
Password = Annotated[str, msgspec.Meta(max_length=1000)]


class Credential(msgspec.Struct, frozen=True):
    """How a person proves who he or she is. Disabled ones open no login."""

    person_id: PersonId
    username: str
    password_hash: str
    is_disabled: bool
    set_at: datetime


class KnownLogin(msgspec.Struct, frozen=True):
    """A login in force and the one whose it is."""

    id: UUID
    seen_at: datetime
    actor: Actor


class Gate(msgspec.Struct, frozen=True):
    """How the door is set: the cipher of second factors, and whether desks that need one are held to it."""

    cipher: Cipher
    asks_second_factor: bool


class SecondFactorSecret(msgspec.Struct, frozen=True):
    """What the authenticator reads (`otpauth://…`), shown once."""

    address: str


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Ten codes that each open one login without the authenticator, shown once."""

    codes: tuple[str, ...]


class HandedCode(msgspec.Struct, frozen=True):
    """A one-time code for a slip of paper, shown once; whoever has it chooses the password of `username`."""

    person_id: PersonId
    name: str
    username: str
    code: str
    expires_at: datetime


class OpenedLogin(msgspec.Struct, frozen=True):
    """A login just opened: the secret goes to the browser and is kept nowhere else."""

    id: UUID
    secret: str
    person_id: PersonId


class OpenLogin(msgspec.Struct, frozen=True):
    """A login of one's own that is in force: from where and with which browser; `is_this` is asking."""

    id: UUID
    opened_at: datetime
    seen_at: datetime
    address: str | None
    browser: str | None
    is_this: bool


class IssuedToken(msgspec.Struct, frozen=True):
    """A bearer token just made: `vm_{bureau code}_{secret}`, shown once."""

    id: UUID
    token: str
    expires_at: datetime


class Token(msgspec.Struct, frozen=True):
    """A bearer token as its owner sees it afterwards: everything but the token."""

    id: UUID
    label: str
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None


class SetPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A user name and a first password, given by the administrator."""

    person_id: PersonId
    username: Code
    password: Password


class ChangePassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One's own password, known by the present one."""

    present: Password
    password: Password


class LogIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is typed at the door."""

    username: Username
    password: Password
    # Of the authenticator, or a recovery code.
    code: SecondCode | None = None


class UseCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A one-time code from a slip of paper, and the password chosen by it."""

    username: Username
    code: SecondCode
    password: Password


class EnrolSecondFactor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who wants a second factor."""

    username: Username
    password: Password


class ConfirmSecondFactor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A first code of the authenticator."""

    username: Username
    password: Password
    code: SecondCode


class MakeToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A bearer token for oneself, good for some days."""

    label: Line
    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 90
