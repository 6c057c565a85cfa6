"""What the centre does to a statement: drop a disputed line, turn its key, take it back."""

from typing import Any

import msgspec
from litestar import Response, get, post

from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.ids import StatementId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import DropLine
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting
from vouchermarket.web.pages.centre_statements import PLACE, StatementsLine, lines_of, show_one
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.turn import Again, Turn, Typed

LINE = PLACE + "/{statement_id:uuid}/lines/{line_id:uuid}/drop"


@post(PLACE + "/{statement_id:uuid}/key", verb="turn_key")
async def turn_key(turn: given.Turn, statement_id: Id) -> Response[Any]:
    """Turn the key of one's own office; the second one settles the statement."""
    then, again = f"{PLACE}/{statement_id}", _again(turn, statement_id)
    return await acting.act(turn, settlement.turn_key, StatementId(statement_id), then=then, again=again)


@post(PLACE + "/{statement_id:uuid}/key/withdraw", verb="turn_key")
async def withdraw_key(turn: given.Turn, statement_id: Id) -> Response[Any]:
    """Take it back while the other has not been turned."""
    then, again = f"{PLACE}/{statement_id}", _again(turn, statement_id)
    return await acting.act(turn, settlement.withdraw_key, StatementId(statement_id), then=then, again=again)


def _again(turn: Turn, statement_id: Id) -> Again:
    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await show_one(turn, statement_id, refusal)

    return again


@get(LINE, verb="drop_line")
async def before_dropping(turn: given.Turn, statement_id: Id, line_id: Id) -> Response[str]:
    """What taking a disputed line off does, in figures."""
    return await _dropping(turn, statement_id, line_id, None, None)


@post(LINE, verb="drop_line")
async def drop_line(turn: given.Turn, statement_id: Id, line_id: Id) -> Response[Any]:
    """Take it off; its completion comes back on the next statement."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _dropping(turn, statement_id, line_id, typed, refusal)

    form, then = _form(turn, line_id), f"{PLACE}/{statement_id}"
    return await acting.act(turn, settlement.drop_line, form=form, then=then, again=again)


def _form(turn: Turn, line_id: Id) -> Form:
    return Form(DropLine, turn.say, turn.bureau.time_zone, known={"line_id": line_id})


async def _dropping(
    turn: Turn, statement_id: Id, line_id: Id, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        opened = await queries.open_statement(session, turn.actor, statement_id)
        own = tuple(one for one in opened.lines if one.id == line_id)
        lines = await lines_of(session, turn, msgspec.structs.replace(opened, lines=own))
    line: StatementsLine | None = next(iter(lines), None)
    if line is None:
        raise NotFound
    return await turn.show(
        "centre/drop_line.html",
        statement=opened.statement,
        line=line,
        left_fen=opened.statement.total_fen - line.line.amount_fen,
        **acting.said(_form(turn, line_id), typed, refusal),
    )


ROUTES = (turn_key, withdraw_key, before_dropping, drop_line)
