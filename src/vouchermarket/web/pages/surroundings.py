"""What stands around every page: who is signed in, the desks, unread notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vouchermarket.booking import queries as bookings
from vouchermarket.identity import queries as identity
from vouchermarket.notices import queries as notices
from vouchermarket.web.pages.menu import Section, sections_for

if TYPE_CHECKING:
    from vouchermarket.web.pages.turn import Turn


class Surroundings(msgspec.Struct, frozen=True):
    """The frame of a page; of a stranger's there is little."""

    name: str = ""
    unread: int = 0
    in_cart: int = 0
    sections: tuple[Section, ...] = ()


async def read(turn: Turn) -> Surroundings:
    """Read in a transaction of its own, after the page's."""
    if turn.visitor is None:
        return Surroundings()
    actor = turn.visitor.actor
    async with turn.reading() as session:
        person = await identity.person_on(session, actor.bureau_id, actor.person_id, turn.today)
        unread = await notices.unread(session, actor.bureau_id, actor.person_id)
        in_cart = await bookings.cart_size(session, actor.bureau_id, actor.person_id)
    return Surroundings(person.name if person else "", unread, in_cart, sections_for(actor))
