"""The menus of the desks: what each one opens first, and what else it does. One table for all of them."""

from collections.abc import Mapping

import msgspec

from vouchermarket.identity.rules import matrix
from vouchermarket.identity.structs import Actor
from vouchermarket.web.words import N_


class Entry(msgspec.Struct, frozen=True):
    """A line of a menu: an address, its name, and the verb of the matrix one needs for it."""

    path: str
    name: str
    verb: str


class Section(msgspec.Struct, frozen=True):
    """The menu of one desk."""

    desk: str
    entries: tuple[Entry, ...]


# The first entry of a desk is its first screen.
MENUS: Mapping[str, tuple[Entry, ...]] = {
    "teacher": (
        Entry("/market", N_("培训超市"), "read_catalogue"),
        Entry("/cart", N_("选课车"), "book"),
        Entry("/bookings", N_("我的选课"), "read_own"),
        Entry("/credits", N_("我的学分"), "read_own"),
        Entry("/vouchers", N_("我的培训券"), "read_own"),
    ),
    "training_centre": (
        Entry("/centre/courses/to-review", N_("待评审课程"), "review_course"),
        Entry("/centre/courses", N_("课程"), "review_course"),
    ),
    "teacher_office": (),
    "school": (),
    "school_research_office": (),
    "county_bureau": (),
    "county_training_body": (),
    "provider": (),
    "finance_office": (),
    "inspectorate": (),
    "administrator": (),
}
EVERYBODY = (Entry("/notices", N_("消息"), "read_own"), Entry("/logins", N_("登录与安全"), "read_own"))


def sections_for(actor: Actor) -> tuple[Section, ...]:
    """The menus of the desks somebody holds, in the order of the seats; each desk once."""
    desks = dict.fromkeys(seat.desk for seat in actor.seats)
    sections = (Section(desk, _allowed(MENUS.get(desk, ()), desk)) for desk in desks)
    return tuple(section for section in sections if section.entries)


def first_screen(actor: Actor) -> str:
    """Where somebody begins: the first entry of the first desk."""
    sections = sections_for(actor)
    return sections[0].entries[0].path if sections else EVERYBODY[0].path


def _allowed(entries: tuple[Entry, ...], desk: str) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if desk in matrix()[entry.verb])
