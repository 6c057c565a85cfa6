"""What waits for the office's key; each statement opens on the page that the two key holders share."""

from litestar import Response, get

from vouchermarket.web import given
from vouchermarket.web.pages import queues
from vouchermarket.web.pages.centre_statements import waiting_statements
from vouchermarket.web.words import N_


@get("/office/statements", verb="turn_key")
async def awaiting(turn: given.Turn) -> Response[str]:
    """Statements without the key of one's own office, oldest first."""
    async with turn.reading() as session:
        waiting = await waiting_statements(session, turn)
    empty = N_("没有等待本科室签批的结算单。")
    return await queues.show(turn, N_("待签批结算单"), waiting, empty=empty)


ROUTES = (awaiting,)
