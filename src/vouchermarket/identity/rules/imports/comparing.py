"""What a file is compared with and what comes of it, the same for bodies and people."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from vouchermarket.identity.rules.roster import Held
from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit import tabular
from vouchermarket.kit.ids import OrganisationId, PersonId


class StandingBody(msgspec.Struct, frozen=True):
    """A body as it stands, in the words of the file."""

    id: OrganisationId
    values: dict[str, Any]
    is_closed: bool = False

    @property
    def kind(self) -> OrganisationKind:
        return OrganisationKind(self.values["kind"])


class StandingSeat(msgspec.Struct, frozen=True):
    """A seat somebody has, had or will have."""

    id: UUID
    organisation: str
    role: str
    from_on: date
    to_on: date | None


class StandingPerson(msgspec.Struct, frozen=True):
    """A person as he or she stands, with all periods of seats, posts and tiers (`words`)."""

    id: PersonId
    values: dict[str, Any]
    seats: tuple[StandingSeat, ...]
    words: Mapping[str, tuple[Held, ...]]


class Change(tabular.Change, frozen=True):
    """What one row does, with the values it tells.

    `leaves` is the seat that ends on the row's `from_on`; `begun` and `ended` are posts and tiers.
    """

    values: dict[str, Any]
    takes_seat: bool = False
    leaves: UUID | None = None
    begun: Mapping[str, tuple[str, ...]] = {}
    ended: Mapping[str, tuple[Held, ...]] = {}

    @property
    def told(self) -> tuple[str, ...]:
        """The columns whose value becomes another."""
        words = [name for name in self.begun if self.begun[name] or self.ended[name]]
        return (*self.fields, *(["organisation"] if self.takes_seat else []), *words)


Compared = tabular.Compared[Change]
