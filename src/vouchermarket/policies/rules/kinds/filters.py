"""The two closed filters: which entries a row counts, and to whom it applies. No expressions."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct, field

from vouchermarket.kit import calendar
from vouchermarket.policies.structs.cited import Code, Count, Level, Mode, Post, Row, Unit
from vouchermarket.policies.structs.facts import Entry, Person


class Cycle(Row, frozen=True, kw_only=True):
    """A cycle of continuing education, [from, to), counted in one unit."""

    code: Code
    begins_on: date = field(name="from")
    ends_on: date = field(name="to")
    unit: Unit

    def __post_init__(self) -> None:
        if self.ends_on <= self.begins_on:
            raise ValueError("to: must be after from")

    def holds(self, on: date) -> bool:
        """The day lies in the cycle (S3)."""
        return self.begins_on <= on < self.ends_on


class Counts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which entries. An absent key = any."""

    types: tuple[Code, ...] = ()
    not_types: tuple[Code, ...] = ()
    levels: tuple[Level, ...] = ()
    modes: tuple[Mode, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_general(self) -> bool:
        """Nothing is picked out: every entry but those left out by type."""
        return not (self.types or self.levels or self.modes or self.categories or self.tags)

    def holds(self, entry: Entry) -> bool:
        """The entry is meant."""
        return (
            (not self.types or entry.type in self.types)
            and entry.type not in self.not_types
            and (not self.levels or entry.level in self.levels)
            and (not self.modes or entry.mode in self.modes)
            and (not self.categories or entry.category in self.categories)
            and (not self.tags or any(tag in self.tags for tag in entry.tags))
        )


class Audience(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """To whom. All keys that are present must hold; `any_of` holds when one of its rows does."""

    posts: tuple[Post, ...] = ()
    tiers: tuple[Code, ...] = ()
    stages: tuple[Code, ...] = ()
    sex: Literal["female", "male"] | None = None
    age_at_most: Count | None = None
    tenure_at_most_years: Count | None = None
    joined_in_cycle: bool | None = None
    school: Literal["direct", "county"] | None = None
    rural: bool | None = None
    not_school_kinds: tuple[Code, ...] = ()
    any_of: tuple[Audience, ...] = ()

    def holds(self, person: Person, on: date, cycle: Cycle | None) -> bool:
        """The person is meant on that day. Ages and tenures are judged in completed years (S18)."""
        school = person.school
        return (
            (not self.posts or any(post in self.posts for post in person.posts))
            and (not self.tiers or any(tier in self.tiers for tier in person.tiers))
            and (not self.stages or school.kind in self.stages)
            and (not self.not_school_kinds or school.kind not in self.not_school_kinds)
            and (self.sex is None or person.sex == self.sex)
            and (self.school is None or school.is_direct == (self.school == "direct"))
            and (self.rural is None or school.rural == self.rural)
            and self._dates_hold(person, on, cycle)
            and (not self.any_of or any(one.holds(person, on, cycle) for one in self.any_of))
        )

    def _dates_hold(self, person: Person, on: date, cycle: Cycle | None) -> bool:
        if self.age_at_most is not None and calendar.age_on(person.born_on, on) > self.age_at_most:
            return False
        if self.tenure_at_most_years is not None and on > calendar.years_after(
            person.joined_on, self.tenure_at_most_years
        ):
            return False
        if self.joined_in_cycle is None:
            return True
        return (cycle is not None and cycle.holds(person.joined_on)) == self.joined_in_cycle


class TypeAudience(Audience, frozen=True, kw_only=True):
    """For whom a training type is meant; beyond it, refused or let pass with a note."""

    beyond: Literal["refused", "note"] = "refused"
