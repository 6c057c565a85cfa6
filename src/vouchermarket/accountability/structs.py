"""How a school stands in a year: each of its teachers, and what the school as a whole has to expect."""

from datetime import date

import msgspec

from vouchermarket.identity.structs import Organisation
from vouchermarket.kit.ids import PersonId
from vouchermarket.policies.structs import SchoolVerdict, Verdict


class TeacherStanding(msgspec.Struct, frozen=True):
    """A teacher's year. `yearly` is None where the pack asks nothing of him or her in it.

    `open_findings`: how many further things are not met, of the year, the cycle or duties of their own.
    """

    person_id: PersonId
    code: str
    name: str
    subject: str | None
    yearly: Verdict | None
    open_findings: int

    @property
    def missing_hundredths(self) -> int:
        """What is still to be earned in the year."""
        if self.yearly is None or self.yearly.met:
            return 0
        return max(self.yearly.at_least_hundredths - self.yearly.counted_hundredths, 0)


class SchoolStanding(msgspec.Struct, frozen=True):
    """A school on a day: who is furthest behind stands first."""

    school: Organisation
    as_of: date
    teachers: tuple[TeacherStanding, ...]
    verdict: SchoolVerdict
