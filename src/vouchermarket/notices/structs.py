"""Notices as people read them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

NOTICES_MAX = 200


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
