"""A provider's filings: accreditations, and courses from filing over a return to being filed anew."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries
from vouchermarket.catalogue.rules.courses import ORGANISERS
from vouchermarket.catalogue.structs import (
    Accreditation,
    Course,
    CourseState,
    FileAccreditation,
    FileCourse,
)
from vouchermarket.identity import queries as identity
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CourseId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies import queries as policies
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.acting import act, said, told
from vouchermarket.web.pages.amounts import yuan_typed
from vouchermarket.web.pages.forms import Form, Options
from vouchermarket.web.pages.labels import label_of, options
from vouchermarket.web.pages.provider_home import own_providers, the_provider
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.problems import RequestNotReadable
from vouchermarket.web.words import N_

STATES = {None: "waiting", True: "approved", False: "rejected"}
ACCREDITATIONS = (
    Column(N_("有效期自"), lambda one: one.from_on, "day"),
    Column(N_("有效期至(不含)"), lambda one: one.to_on, "day"),
    Column(N_("依据文件"), lambda one: one.document),
    Column(N_("状态"), lambda one: STATES[one.approved], "state", "filing"),
)
COURSES = (
    Column(N_("课程"), lambda one: one.title, link=lambda one: f"/provider/courses/{one.id}"),
    Column(N_("培训类型"), lambda one: one.type, "label", "type"),
    Column(N_("研修方式"), lambda one: one.mode, "label", "mode"),
    Column(N_("单价"), lambda one: one.price_fen, "money"),
    Column(N_("可得"), lambda one: one.amount, "credits"),
    Column(N_("单位"), lambda one: one.unit, "label", "unit"),
    Column(N_("状态"), lambda one: one.state, "state", "course"),
    Column(N_("完成人次"), lambda one: one.completions, "number"),
)
FACTS = (
    *COURSES[1:],
    Column(N_("级别"), lambda one: one.level, "label", "level"),
    Column(N_("简介"), lambda one: one.summary),
    Column(N_("退回理由"), lambda one: one.return_reason),
)


# --- accreditations ---------------------------------------------------------------------------------------


@get("/provider/accreditations", verb="file_accreditation")
async def accreditations(turn: given.Turn) -> Response[Any]:
    """What was asked for and how it was decided, with the form to ask anew."""
    if tables.file_asked(turn):
        return await tables.as_file(turn, _accreditations(turn), ACCREDITATIONS, "accreditations")
    return await _accredited(turn, None, None)


@post("/provider/accreditations", verb="file_accreditation")
async def file_accreditation(turn: given.Turn) -> Response[Any]:
    """Ask for an accreditation; it binds nobody until the centre has decided it."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _accredited(turn, typed, refusal)

    async with turn.reading() as session:
        form = await _accreditation_form(session, turn)
    return await act(
        turn,
        catalogue.file_accreditation,
        form=form,
        then="/provider/accreditations",
        again=again,
        done="sent",
    )


def _accreditations(turn: Turn) -> tables.Read:
    async def read(limit: int, offset: int) -> list[Accreditation]:
        async with turn.reading() as session:
            return await queries.accreditations_open_to(
                session, turn.actor, provider_id=the_provider(turn.actor), limit=limit, offset=offset
            )

    return read


async def _accredited(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    table = await tables.read_page(
        turn, _accreditations(turn), ACCREDITATIONS, N_("还没有申请过资质。请在下方申请。")
    )
    async with turn.reading() as session:
        form = await _accreditation_form(session, turn)
    return await turn.show("provider/accreditations.html", table=table, **said(form, typed, refusal))


async def _accreditation_form(session: Session, turn: Turn) -> Form:
    return Form(FileAccreditation, turn.say, turn.bureau.time_zone, **await for_whom(session, turn))


async def for_whom(session: Session, turn: Turn) -> dict[str, Any]:
    """The provider is known where there is one only, else chosen."""
    only = the_provider(turn.actor)
    if only is not None:
        return {"known": {"provider_id": only}}
    found = await identity.organisations(session, turn.bureau.id, own_providers(turn.actor))
    return {"options": {"provider_id": [(str(one.id), one.name) for one in found.values()]}}


# --- courses ----------------------------------------------------------------------------------------------


@get("/provider/courses", verb="file_course")
async def courses(turn: given.Turn) -> Response[Any]:
    """Own courses in every state."""

    async def read(limit: int, offset: int) -> list[Course]:
        async with turn.reading() as session:
            return await queries.courses(
                session, turn.actor, provider_id=the_provider(turn.actor), limit=limit, offset=offset
            )

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COURSES, "courses")
    table = await tables.read_page(turn, read, COURSES, N_("还没有申报课程。点“申报课程”开始。"))
    return await turn.show("provider/courses.html", table=table)


@get("/provider/courses/new", verb="file_course")
async def new_course(turn: given.Turn) -> Response[str]:
    """The form to file a course, empty or with what stands in an earlier one."""
    text = turn.request.query_params.get("from", "")
    first: dict[str, str] = {}
    if text:
        async with turn.reading() as session:
            first = _as_typed(await queries.course(session, turn.actor, _id_in(text)))
    return await _filing(turn, None, None, first)


@post("/provider/courses/new", verb="file_course")
async def file_course(turn: given.Turn) -> Response[Any]:
    """File a course for review."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _filing(turn, typed, refusal, {})

    async with turn.reading() as session:
        form = await _course_form(session, turn)
    return await act(
        turn,
        catalogue.file_course,
        form=form,
        then=lambda course_id: f"/provider/courses/{course_id}",
        again=again,
        done="sent",
    )


@get("/provider/courses/{course_id:uuid}", verb="file_course")
async def course(turn: given.Turn, course_id: Id) -> Response[str]:
    """One course with what can be done in its state."""
    return await _course(turn, course_id, None)


@post("/provider/courses/{course_id:uuid}/withdraw", verb="withdraw_course")
async def withdraw(turn: given.Turn, course_id: Id) -> Response[Any]:
    """Take it off the shelf; seats that are booked stay booked."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _course(turn, course_id, refusal)

    return await act(
        turn,
        catalogue.withdraw_course,
        CourseId(course_id),
        then=f"/provider/courses/{course_id}",
        again=again,
    )


async def _course(turn: Turn, course_id: Id, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.course(session, turn.actor, course_id)
        organiser = await identity.organisation(session, turn.bureau.id, found.organiser_id)
    facts = Column(N_("主办单位"), lambda _: organiser.name if organiser else ""), *FACTS
    is_own = found.provider_id in own_providers(turn.actor)
    return await turn.show(
        "provider/course.html",
        course=found,
        columns=facts,
        is_own=is_own,
        states=CourseState,
        **told(refusal),
    )


async def _filing(
    turn: Turn, typed: Typed | None, refusal: Refusal | None, first: dict[str, str]
) -> Response[str]:
    async with turn.reading() as session:
        form = await _course_form(session, turn)
    return await turn.show("provider/file_course.html", **said(form, typed, refusal, first))


async def _course_form(session: Session, turn: Turn) -> Form:
    """The choices are the pack's own; who may organise is told again by the rules."""
    pack = (await policies.in_force(session, turn.bureau.id, turn.today)).pack
    kinds = {kind for kinds in ORGANISERS.values() for kind in kinds}
    bodies = await identity.organisations_of(session, turn.bureau.id, *kinds)
    whom = await for_whom(session, turn)
    choices: dict[str, Options] = {
        "organiser_id": [(str(one.id), one.name) for one in bodies],
        "type": [(one.code, label_of(one.code, "type", turn.say)) for one in pack.types],
        "fund_lines": [(one.code, label_of(one.code, "fund_line", turn.say)) for one in pack.fund_lines],
        **{group: options(group, turn.say) for group in ("level", "mode", "unit", "subject", "stage")},
    }
    return Form(
        FileCourse,
        turn.say,
        turn.bureau.time_zone,
        options=choices | whom.get("options", {}),
        known=whom.get("known"),
    )


def _as_typed(found: Course) -> dict[str, str]:
    """A course as it stands in the fields of its form."""
    told = msgspec.to_builtins(found)
    plain = ("organiser_id", "title", "summary", "type", "level", "mode", "amount", "unit", "provider_id")
    return {
        **{name: str(told[name]) for name in plain},
        **{name: told[name] for name in ("subject", "stage") if told[name]},
        "fund_lines": "\n".join(found.fund_lines),
        "price_fen": yuan_typed(found.price_fen),
    }


def _id_in(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise RequestNotReadable(path="query:from", problem="no course") from error


ROUTES = (
    accreditations,
    file_accreditation,
    courses,
    new_course,
    file_course,
    course,
    withdraw,
)
