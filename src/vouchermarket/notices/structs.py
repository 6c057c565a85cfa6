"""Notices as people read them, and how they want them by mail."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from vouchermarket.kit.fields import Line
from vouchermarket.kit.letters import Letter

NOTICES_MAX = 200


class Language(StrEnum):
    """The languages notices are written in."""

    ZH = "zh"
    EN = "en"


class Notice(msgspec.Struct, frozen=True):
    """One thing somebody was told, in the words of the language asked for."""

    id: UUID
    kind: str
    text: str
    facts: dict[str, Any]
    at: datetime
    read_at: datetime | None


class Inbox(msgspec.Struct, frozen=True):
    """A page of notices, newest first, and how many of all are unread."""

    unread: int
    notices: tuple[Notice, ...]


class MarkRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which notices have been read."""

    notice_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=NOTICES_MAX)]


class EnterMail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one's notices are to be sent, and in which language."""

    address: Line
    language: Language = Language.ZH


class ConfirmMail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of the letter that came to the address."""

    code: Line


class ChooseMail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Letters or none, and in which language."""

    is_wanted: bool
    language: Language


class Mail(msgspec.Struct, frozen=True):
    """How somebody gets letters. `address` is masked; without `confirmed_at` nothing is sent there.

    `given_up` counts the letters of the last thirty days that no server took, `fault` says why of the last.
    """

    address: str
    language: Language
    is_wanted: bool
    entered_at: datetime
    confirmed_at: datetime | None
    given_up: int
    fault: str | None


class Outgoing(msgspec.Struct, frozen=True):
    """A claimed letter, and how often it has been tried with this time."""

    notice_id: UUID
    attempts: int
    letter: Letter
