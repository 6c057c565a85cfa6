"""One teacher at the office: vouchers frozen and let go again, and rules that do not bind for a time."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.identity import operations as roster
from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor, Exempt, Exemption
from vouchermarket.kit.db import Session
from vouchermarket.kit.refusal import Refusal
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers import queries
from vouchermarket.vouchers.structs import Freeze, Voucher
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.tables import Column, Table
from vouchermarket.web.pages.turn import Again, Turn, Typed
from vouchermarket.web.words import N_

PLACE = "/office/teachers/{person_id:uuid}"


class EndOn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first day on which an exemption holds no more."""

    to_on: date


def state_of(one: Voucher) -> str:
    """Whether a voucher pays, as a code of the group `voucher`."""
    return "frozen" if one.is_frozen else "open"


VOUCHERS = (
    Column(N_("经费"), lambda one: one.line, "label", "fund_line"),
    Column(N_("年度"), lambda one: str(one.year)),
    Column(N_("金额"), lambda one: one.amount_fen, "money"),
    Column(N_("占用"), lambda one: one.held_fen, "money"),
    Column(N_("可用"), lambda one: one.free_fen, "money"),
    Column(N_("状态"), state_of, "state", "voucher"),
    Column(N_("冻结理由"), lambda one: one.frozen_reason),
)
EXEMPTIONS = (
    Column(N_("条款"), lambda one: one.rule, link=lambda one: f"/policy/clauses/{one.rule}"),
    Column(N_("自"), lambda one: one.from_on, "day"),
    Column(N_("至(不含)"), lambda one: one.to_on, "day"),
    Column(N_("理由"), lambda one: one.reason),
    Column(N_("经办人"), lambda one: one.granted_by_code),
)


@get("/office/teachers", verb="freeze_voucher")
async def find(turn: given.Turn) -> Response[Any]:
    """By code to the teacher's page."""
    code = turn.request.query_params.get("code", "").strip().replace("\x00", "")[:40]
    async with turn.reading() as session:
        found = await identity.person_ids_by_code(session, turn.bureau.id, [code])
    if code in found:
        return turn.go(f"/office/teachers/{found[code]}")
    return await turn.show("office/teachers.html", code=code)


@get(PLACE, verb="freeze_voucher")
async def teacher(turn: given.Turn, person_id: Id) -> Response[str]:
    """Vouchers and exemptions of one teacher."""
    return await _teacher(turn, person_id)


@get(PLACE + "/vouchers/{voucher_id:uuid}", verb="freeze_voucher")
async def voucher(turn: given.Turn, person_id: Id, voucher_id: Id) -> Response[str]:
    """What freezing it, or letting it go, would do; the reason is typed here."""
    return await _voucher(turn, person_id, voucher_id, None, None)


@post(PLACE + "/vouchers/{voucher_id:uuid}/freeze", verb="freeze_voucher")
async def freeze(turn: given.Turn, person_id: Id, voucher_id: Id) -> Response[Any]:
    """Stop it from paying for new bookings."""
    return await _set(turn, vouchers.freeze, person_id, voucher_id)


@post(PLACE + "/vouchers/{voucher_id:uuid}/unfreeze", verb="freeze_voucher")
async def unfreeze(turn: given.Turn, person_id: Id, voucher_id: Id) -> Response[Any]:
    """Let it pay again."""
    return await _set(turn, vouchers.unfreeze, person_id, voucher_id)


@post(PLACE + "/exemptions", verb="exempt")
async def exempt(turn: given.Turn, person_id: Id) -> Response[Any]:
    """A rule shall not bind the teacher for a time."""
    form, then = _exempt_form(turn, person_id), f"/office/teachers/{person_id}"
    return await acting.act(
        turn, roster.exempt, form=form, then=then, again=_again(turn, person_id, "exempt")
    )


@post(PLACE + "/exemptions/{exemption_id:uuid}/end", verb="exempt")
async def end_exemption(turn: given.Turn, person_id: Id, exemption_id: Id) -> Response[Any]:
    """End an exemption on a day."""
    form, then = _end_form(turn), f"/office/teachers/{person_id}"
    again = _again(turn, person_id, str(exemption_id))
    return await acting.act(turn, _end, exemption_id, form=form, then=then, again=again)


async def _end(session: Session, actor: Actor, id_: UUID, command: EndOn, *, now: datetime) -> None:
    await roster.end_exemption(session, actor, id_, command.to_on, now=now)


def _again(turn: Turn, person_id: UUID, which: str) -> Again:
    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _teacher(turn, person_id, which, typed, refusal)

    return again


async def _set(turn: Turn, verb: Any, person_id: UUID, voucher_id: UUID) -> Response[Any]:
    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _voucher(turn, person_id, voucher_id, typed, refusal)

    form, then = _form(turn, voucher_id), f"/office/teachers/{person_id}"
    return await acting.act(turn, verb, form=form, then=then, again=again)


def _form(turn: Turn, voucher_id: UUID) -> Form:
    return Form(Freeze, turn.say, turn.bureau.time_zone, known={"voucher_id": voucher_id})


def _exempt_form(turn: Turn, person_id: UUID) -> Form:
    return Form(Exempt, turn.say, turn.bureau.time_zone, known={"person_id": person_id})


def _end_form(turn: Turn) -> Form:
    return Form(EndOn, turn.say, turn.bureau.time_zone)


async def _voucher(
    turn: Turn, person_id: UUID, voucher_id: UUID, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.vouchers_to_freeze(session, turn.actor, person_id)
        person = await identity.person_on(session, turn.bureau.id, person_id, turn.today)
    held = next((one for one in found if one.id == voucher_id), None)
    if held is None:
        raise NotFound
    drawn = acting.said(_form(turn, voucher_id), typed, refusal)
    return await turn.show("office/freeze.html", voucher=held, person=person, columns=VOUCHERS, **drawn)


async def _teacher(
    turn: Turn, person_id: UUID, which: str = "", typed: Typed | None = None, refusal: Refusal | None = None
) -> Response[str]:
    async with turn.reading() as session:
        person = await identity.person_on(session, turn.bureau.id, person_id, turn.today)
        if person is None:
            raise NotFound
        held = await queries.vouchers_of(session, turn.bureau.id, person_id)
        exemptions = await identity.exemptions_of(session, turn.bureau.id, person_id)
    is_new = which == "exempt"
    drawn = acting.said(
        _exempt_form(turn, person_id), typed if is_new else None, refusal, {"from_on": turn.today.isoformat()}
    )
    return await turn.show(
        "office/teacher.html",
        person=person,
        vouchers=Table(VOUCHERS, held, N_("没有培训券。")),
        exemptions=Table(EXEMPTIONS, exemptions, N_("没有豁免。")),
        open_ones=[one for one in exemptions if _is_open(one, turn.today)],
        end_fields=_end_form(turn).fields(first={"to_on": turn.today.isoformat()}),
        **drawn,
    )


def _is_open(one: Exemption, today: date) -> bool:
    return one.to_on is None or one.to_on > today


ROUTES = (find, teacher, voucher, freeze, unfreeze, exempt, end_exemption)
