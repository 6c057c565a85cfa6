"""Bodies that several areas share, in and out."""

from uuid import UUID

import msgspec


class Decide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A second person's word on what another proposed."""

    approve: bool


class Decided(msgspec.Struct, frozen=True):
    """What was decided, and how."""

    id: UUID
    approved: bool


class Made(msgspec.Struct, frozen=True):
    """The id of what now stands."""

    id: UUID
