"""A page of help for each desk: what it does, step by step, and the refusals people meet most."""

from litestar import Response, get
from litestar.params import FromPath

from vouchermarket.identity.rules import NotFound
from vouchermarket.web import given
from vouchermarket.web.pages.menu import MENUS
from vouchermarket.web.pages.shown import TEMPLATES

DESKS = frozenset(desk for desk in MENUS if (TEMPLATES / "help" / f"{desk}.html").is_file())


@get("/help/{desk:str}", verb="read_own")
async def help_for(turn: given.Turn, desk: FromPath[str]) -> Response[str]:
    """The help of one desk; everybody may read everybody's."""
    if desk not in DESKS:
        raise NotFound
    return await turn.show("help.html", desk=desk, desks=sorted(DESKS))


ROUTES = (help_for,)
