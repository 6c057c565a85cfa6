"""Tasks as they are asked for, carried out and shown."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from vouchermarket.kit.ids import PersonId


class TaskState(StrEnum):
    """Where a task stands. The last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Standing(StrEnum):
    """What a worker learns when it tells its progress."""

    GOING = "going"
    CANCEL_ASKED = "cancel_asked"
    LOST = "lost"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task as its person sees it: `done` parts of `total`, which is not known at first.

    `file_id` names what it made; an export is swept after seven days and is then not found.
    """

    id: UUID
    kind: str
    state: TaskState
    asked_by: PersonId
    asked_at: datetime
    done: int
    total: int | None
    attempts: int
    cancel_asked_at: datetime | None
    ended_at: datetime | None
    fault: str | None
    result: dict[str, Any] | None
    file_id: UUID | None


class Claimed(msgspec.Struct, frozen=True):
    """A task in the hands of one worker. `lease_id` is the proof: with another's nothing can be written."""

    id: UUID
    bureau_id: UUID
    lease_id: UUID
    kind: str
    command: dict[str, Any]
    asked_by: PersonId
    attempts: int
