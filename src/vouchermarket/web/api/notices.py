"""Notices: what one was told."""

from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.params import JSONBody

from vouchermarket.notices import operations as notices
from vouchermarket.notices import queries
from vouchermarket.notices.structs import Inbox, MarkRead
from vouchermarket.web import given
from vouchermarket.web.errors import language_of
from vouchermarket.web.fields import Limit, Offset

TAGS = ["notices"]


class Marked(msgspec.Struct, frozen=True):
    """How many of them were unread until now."""

    marked: int


@get("/me/notices", verb="read_own", tags=TAGS)
async def own_notices(
    request: Request[Any, Any, Any],
    session: given.Session,
    actor: given.Actor,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Inbox:
    """One's own notices, newest first, in the language asked for, and how many are unread."""
    language = language_of(request.headers.get("accept-language", ""))
    return await queries.inbox(
        session, actor.bureau_id, actor.person_id, language, limit=limit, offset=offset
    )


@post("/me/notices/read", verb="read_own", tags=TAGS, status_code=200)
async def mark_read(
    data: JSONBody[MarkRead], session: given.Session, actor: given.Actor, now: given.Now
) -> Marked:
    """Mark notices of one's own as read."""
    return Marked(await notices.mark_read(session, actor, data.notice_ids, now=now))


ROUTES = (own_notices, mark_read)
