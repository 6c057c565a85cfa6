"""Who is asking."""

import msgspec

from vouchermarket.identity.structs.bodies import OrganisationKind
from vouchermarket.identity.structs.people import Role
from vouchermarket.kit.ids import BureauId, OrganisationId, PersonId


class Seat(msgspec.Struct, frozen=True):
    """One appointment in force: a desk at one body, `acting_for` whom where it is held in another's place."""

    role: Role
    organisation_id: OrganisationId
    kind: OrganisationKind
    acting_for: PersonId | None = None

    @property
    def desk(self) -> str:
        """The column of the matrix: `teacher`, `administrator`, or the kind of the officer's body."""
        return self.kind.value if self.role is Role.OFFICER else self.role.value


class Actor(msgspec.Struct, frozen=True):
    """Who is asking: a person and the seats he or she holds today."""

    bureau_id: BureauId
    person_id: PersonId
    seats: tuple[Seat, ...]
