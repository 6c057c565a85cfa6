"""Notices: what one was told, and whether it comes by mail too."""

from typing import Any

import msgspec
from litestar import Request, delete, get, patch, post, put
from litestar.params import JSONBody

from vouchermarket.identity.rules import NotFound
from vouchermarket.notices import operations as notices
from vouchermarket.notices import queries
from vouchermarket.notices.structs import ChooseMail, ConfirmMail, EnterMail, Inbox, Mail, MarkRead
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


@get("/me/mail", verb="read_own", tags=TAGS)
async def own_mail(session: given.Session, actor: given.Actor, gate: given.Gate, now: given.Now) -> Mail:
    """Where one's letters go, masked, and what became of those that no server took."""
    found = await queries.mail(session, actor, gate.cipher, now=now)
    if found is None:
        raise NotFound
    return found


@put("/me/mail", verb="read_own", tags=TAGS, status_code=204)
async def enter_mail(
    data: JSONBody[EnterMail],
    session: given.Session,
    actor: given.Actor,
    gate: given.Gate,
    now: given.Now,
) -> None:
    """Enter an address; a code is sent there, and nothing else until it is confirmed."""
    await notices.enter_mail(session, actor, data, gate.cipher, now=now)


@post("/me/mail/confirm", verb="read_own", tags=TAGS, status_code=204)
async def confirm_mail(
    data: JSONBody[ConfirmMail],
    database: given.Database,
    actor: given.Actor,
    gate: given.Gate,
    now: given.Now,
) -> None:
    """Confirm the address by the code that came to it."""
    await notices.confirm_mail(database, actor, data, gate.cipher, now=now)


@patch("/me/mail", verb="read_own", tags=TAGS, status_code=204)
async def choose_mail(
    data: JSONBody[ChooseMail], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Turn letters on or off, and choose their language."""
    await notices.choose_mail(session, actor, data, now=now)


@delete("/me/mail", verb="read_own", tags=TAGS)
async def drop_mail(session: given.Session, actor: given.Actor, now: given.Now) -> None:
    """Forget one's address."""
    await notices.drop_mail(session, actor, now=now)


ROUTES = (own_notices, mark_read, own_mail, enter_mail, confirm_mail, choose_mail, drop_mail)
