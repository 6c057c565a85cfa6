"""The inbox of every desk, and whether what it tells comes by mail too."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post

from vouchermarket.kit.refusal import Refusal
from vouchermarket.notices import operations as notices
from vouchermarket.notices import queries
from vouchermarket.notices.structs import (
    NOTICES_MAX,
    ChooseMail,
    ConfirmMail,
    EnterMail,
    Inbox,
    Notice,
)
from vouchermarket.web import given
from vouchermarket.web.errors import status_of
from vouchermarket.web.pages.forms import Form, FormNotRight, faults_of
from vouchermarket.web.pages.tables import PAGE_ROWS, page_asked
from vouchermarket.web.pages.turn import Turn, Typed, refused

LANGUAGES = [("zh", "中文"), ("en", "English")]
# Where what a teacher was told can be looked at: by kind of notice, with the fact that names it.
LINKS: Mapping[str, tuple[str, str]] = {
    "completion.reported": ("/completions/{}", "completion_id"),
    "completion.verified": ("/completions/{}", "completion_id"),
    "settlement.completion_revoked": ("/completions/{}", "completion_id"),
    "credits.approved": ("/credits", ""),
    "credits.returned": ("/credits", ""),
    "credits.rejected": ("/credits", ""),
    "credits.reversed": ("/credits", ""),
    "vouchers.issued": ("/vouchers/{}", "voucher_id"),
    "vouchers.expiring": ("/vouchers/{}", "voucher_id"),
    "vouchers.frozen": ("/vouchers/{}", "voucher_id"),
    "vouchers.unfrozen": ("/vouchers/{}", "voucher_id"),
    "booking.booked_by_school": ("/bookings/{}", "booking_id"),
    "booking.cancelled_by_school": ("/bookings/{}", "booking_id"),
}


@get("/notices", verb="read_own")
async def inbox(turn: given.Turn) -> Response[str]:
    """What one was told, newest first; the unread ones alone where that is asked."""
    page, unread_only = page_asked(turn), "unread" in turn.request.query_params
    found = await _inbox(turn, unread_only=unread_only, limit=PAGE_ROWS + 1, offset=(page - 1) * PAGE_ROWS)
    return await turn.show(
        "notices/inbox.html",
        notices=found.notices[:PAGE_ROWS],
        unread=found.unread,
        unread_only=unread_only,
        page=page,
        has_more=len(found.notices) > PAGE_ROWS,
        link_of=_link_of(turn),
    )


@post("/notices/read", verb="read_own")
async def mark_read(turn: given.Turn) -> Response[Any]:
    """Mark one as read, or with none named every unread one."""
    typed = await turn.typed()
    ids = [UUID(text) for text in typed.all("notice_id") if _is_id(text)] or await _unread(turn)
    if not ids:
        return turn.go("/notices")

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await refused(turn, refusal, "/notices")

    def then(_: Any) -> Response[str]:
        return turn.go("/notices", done="read", unread=typed.one("unread"))

    return await turn.carry_out(notices.mark_read, ids, typed=typed, then=then, again=again)


@get("/notices/mail", verb="read_own")
async def mail(turn: given.Turn, gate: given.Gate) -> Response[str]:
    """Where one's letters go."""
    return await _mail(turn, gate)


@post("/notices/mail", verb="read_own")
async def enter_mail(turn: given.Turn, gate: given.Gate) -> Response[Any]:
    """Enter an address: a code is sent there, and nothing else until it is confirmed."""
    return await _changed(turn, gate, notices.enter_mail, EnterMail, gate.cipher)


@post("/notices/mail/choose", verb="read_own")
async def choose_mail(turn: given.Turn, gate: given.Gate) -> Response[Any]:
    """Letters or none, and in which language."""
    return await _changed(turn, gate, notices.choose_mail, ChooseMail)


@post("/notices/mail/confirm", verb="read_own")
async def confirm_mail(turn: given.Turn, gate: given.Gate) -> Response[Any]:
    """Confirm the address by its code. A wrong one is counted, so nothing is undone and no key is kept."""
    typed = await turn.typed()
    try:
        command = _form(turn, ConfirmMail).read(typed)
        await notices.confirm_mail(turn.database, turn.actor, command, gate.cipher, now=turn.now)
    except Refusal as refusal:
        return await _mail(turn, gate, ConfirmMail, typed, refusal)
    return turn.go("/notices/mail", done="saved")


@post("/notices/mail/drop", verb="read_own")
async def drop_mail(turn: given.Turn, gate: given.Gate) -> Response[Any]:
    """Forget the address."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _mail(turn, gate, refusal=refusal)

    def then(_: Any) -> Response[str]:
        return turn.go("/notices/mail", done="saved")

    return await turn.carry_out(notices.drop_mail, typed=await turn.typed(), then=then, again=again)


async def _changed(turn: Turn, gate: Any, verb: Any, command: type, *more: Any) -> Response[Any]:
    typed = await turn.typed()

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _mail(turn, gate, command, typed, refusal)

    def then(_: Any) -> Response[str]:
        return turn.go("/notices/mail", done="saved")

    try:
        told = _form(turn, command).read(typed)
    except FormNotRight as refusal:
        return await again(typed, refusal)
    return await turn.carry_out(verb, told, *more, typed=typed, then=then, again=again)


def _form(turn: Turn, command: type) -> Form:
    return Form(command, turn.say, turn.bureau.time_zone, options={"language": LANGUAGES})


async def _mail(
    turn: Turn,
    gate: Any,
    command: type | None = None,
    typed: Typed | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    async with turn.reading() as session:
        standing = await queries.mail(session, turn.actor, gate.cipher, now=turn.now)
    first = {"language": standing.language.value if standing else turn.language}
    if standing and standing.is_wanted:
        first["is_wanted"] = "yes"
    forms = {
        one.__name__: _form(turn, one).fields(
            typed if one is command else None, faults_of(refusal) if one is command else None, first
        )
        for one in (EnterMail, ConfirmMail, ChooseMail)
    }
    return await turn.show(
        "notices/mail.html",
        status=status_of(refusal) if refusal else 200,
        standing=standing,
        is_changing=standing is None or command is EnterMail or "change" in turn.request.query_params,
        forms=forms,
        refusal=None if isinstance(refusal, FormNotRight) else refusal,
    )


async def _unread(turn: Turn) -> list[UUID]:
    return [one.id for one in (await _inbox(turn, unread_only=True, limit=NOTICES_MAX)).notices]


async def _inbox(turn: Turn, **part: Any) -> Inbox:
    async with turn.reading() as session:
        return await queries.inbox(session, turn.bureau.id, turn.actor.person_id, turn.language, **part)


def _link_of(turn: Turn) -> Any:
    def link(one: Notice) -> str:
        path, fact = LINKS.get(one.kind, ("", ""))
        is_told = turn.may("book") and (not fact or fact in one.facts)
        return turn.url(path.format(one.facts.get(fact))) if path and is_told else ""

    return link


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


ROUTES = (inbox, mark_read, mail, enter_mail, choose_mail, confirm_mail, drop_mail)
