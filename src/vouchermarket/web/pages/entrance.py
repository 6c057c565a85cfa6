"""The entrance of a demo: come in as one of its invented people, and walk the money's way in seven steps.

Only where the server was begun with an invented city (`demo_entrance`); elsewhere there is no such address.
"""

from typing import Any

import msgspec
from litestar import Response, get, post

from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries as people
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor, OpenedLogin
from vouchermarket.web import given
from vouchermarket.web.pages.menu import first_screen
from vouchermarket.web.pages.signing_in import login_cookie
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.words import N_


class Role(msgspec.Struct, frozen=True):
    """One of the cast: whom one comes in as, at which desk, and what there is to try."""

    code: str
    desk: str
    what: str


CAST = (
    Role("teacher00001", "teacher", N_("选课、查看学分和培训券")),
    Role("teacher00002", "teacher", N_("另一位教师,用来对照")),
    Role("clerk001", "school", N_("查看本校教师,选送骨干教师")),
    Role("research001", "school_research_office", N_("登记校本研训学分")),
    Role("university101", "provider", N_("申报课程、开班、签到、上报完成情况、查看结算")),
    Role("centre01", "training_centre", N_("评审课程,审核完成情况")),
    Role("centre02", "training_centre", N_("复核学分,办理结算第二把钥匙")),
    Role("budget01", "teacher_office", N_("安排经费,拟定核发方案")),
    Role("budget02", "teacher_office", N_("审批核发方案,办理结算第一把钥匙")),
    Role("finance01", "finance_office", N_("审批付款")),
    Role("finance02", "finance_office", N_("登记银行回单")),
    Role("county101", "county_bureau", N_("查看本县市区学校")),
    Role("inspector01", "inspectorate", N_("追查每一分钱,查阅审计记录")),
    Role("admin01", "administrator", N_("维护单位和人员名册")),
)
# The way of the money: who does what, and where.
TOUR = (
    (N_("安排经费并核发培训券"), "budget01", "/office/funds"),
    (N_("另一位经办人审批核发"), "budget02", "/office/issuances"),
    (N_("教师选课,培训券被占用"), "teacher00001", "/market"),
    (N_("承担单位签到并上报完成情况"), "university101", "/provider"),
    (N_("培训中心审核,学分入账、经费结转"), "centre01", "/registrar/completions"),
    (N_("两方签批结算单"), "budget02", "/office/statements"),
    (N_("财务付款,督导可逐分追查"), "finance01", "/finance"),
)


@get("/enter", verb=None)
async def entrance(turn: given.Turn) -> Response[str]:
    """The cast, and the tour."""
    _in_a_demo(turn)
    async with turn.reading() as session:
        ids = await people.person_ids_by_code(session, turn.bureau.id, [role.code for role in CAST])
        found = await people.people(session, turn.bureau.id, list(ids.values()), turn.today)
    names = {person.code: person for person in found.values()}
    cast = [(role, names[role.code]) for role in CAST if role.code in names]
    return await turn.show("entrance.html", cast=cast, tour=TOUR)


@post("/enter", verb=None)
async def enter(turn: given.Turn) -> Response[Any]:
    """Come in as one of the cast."""
    _in_a_demo(turn)
    typed = await turn.typed()
    code = typed.one("code")
    if code not in {role.code for role in CAST}:
        raise NotFound
    actor, opened = await _come_in(turn, code)
    steps = {path for _, who, path in TOUR if who == code}
    wanted = typed.one("to")
    answer = turn.go(wanted if wanted in steps else first_screen(actor))
    answer.set_cookie(login_cookie(turn.place, opened.secret))
    return answer


async def _come_in(turn: Turn, code: str) -> tuple[Actor, OpenedLogin]:
    async with turn.reading() as session:
        ids = await people.person_ids_by_code(session, turn.bureau.id, [code])
        if code not in ids:
            raise NotFound
        opened = await identity.enter(session, turn.bureau.id, ids[code], now=turn.now)
        return await people.actor(session, turn.bureau.id, ids[code], turn.today), opened


def _in_a_demo(turn: Turn) -> None:
    if not turn.is_demo:
        raise NotFound


ROUTES = (entrance, enter)
