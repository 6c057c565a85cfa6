"""The administrator's tables: bodies and people, searched and paged, and new ones entered."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post

from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries
from vouchermarket.identity.structs import AddOrganisation, AddPerson, Organisation, OrganisationKind, Person
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.acting import act, said
from vouchermarket.web.pages.forms import Form, Options
from vouchermarket.web.pages.labels import options
from vouchermarket.web.pages.tables import Column, Table
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.problems import RequestNotReadable
from vouchermarket.web.words import N_

BODIES = (
    Column(N_("单位编号"), lambda one: one.code),
    Column(N_("单位名称"), lambda one: one.name),
    Column(N_("单位类别"), lambda one: one.kind, "label", "desk"),
    Column(N_("市直属"), lambda one: "yes" if one.is_direct else "", "label", "yes_no"),
    Column(N_("学段"), lambda one: one.stage, "label", "stage"),
    Column(N_("承担单位类别"), lambda one: one.provider_kind, "label", "provider_kind"),
)
PEOPLE = (
    Column(N_("工号"), lambda one: one.code, link=lambda one: f"/admin/people/{one.id}"),
    Column(N_("姓名"), lambda one: one.name),
    Column(N_("性别"), lambda one: one.sex, "label", "sex"),
    Column(N_("学科"), lambda one: one.subject, "label", "subject"),
    Column(N_("学校"), lambda one: one.school and one.school.name),
)
WORDS_MAX = 100
# What a body of these kinds may stand under.
_PARENTS = (OrganisationKind.COUNTY_BUREAU, OrganisationKind.SCHOOL)


def words_asked(turn: Turn) -> str:
    """What a list is searched for. Refuses `RequestNotReadable`."""
    words = turn.request.query_params.get("words", "").strip()
    if len(words) > WORDS_MAX or not words.isprintable():
        raise RequestNotReadable(path="query:words", problem="not a text of a search")
    return words


async def body_options(turn: Turn, *kinds: OrganisationKind) -> Options:
    """Bodies to choose from, by code."""
    async with turn.reading() as session:
        found = await queries.organisations_of(session, turn.bureau.id, *kinds)
    return [(str(one.id), f"{one.name} ({one.code})") for one in found]


@get("/admin/people", verb="change_roster")
async def people(turn: given.Turn) -> Response[str]:
    """Everybody on the roster. Names in full leave by an export that keeps its reason."""
    words = words_asked(turn)

    async def read(limit: int, offset: int) -> list[Person]:
        async with turn.reading() as session:
            found = queries.people_like(
                session, turn.bureau.id, words, turn.today, limit=limit, offset=offset
            )
            return await found

    table = await tables.read_page(turn, read, PEOPLE, N_("没有符合的人员。可以新增,或从 Excel 导入。"))
    return await _list(turn, "people", table, words)


@get("/admin/bodies", verb="change_roster")
async def bodies(turn: given.Turn) -> Response[Any]:
    """Every body that is not closed."""
    words = words_asked(turn)

    async def read(limit: int, offset: int) -> list[Organisation]:
        async with turn.reading() as session:
            return await queries.bodies_like(session, turn.bureau.id, words, limit=limit, offset=offset)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, BODIES, "bodies")
    table = await tables.read_page(turn, read, BODIES, N_("没有符合的单位。可以新增,或从 Excel 导入。"))
    return await _list(turn, "bodies", table, words)


async def _list(turn: Turn, what: str, table: Table, words: str) -> Response[str]:
    return await turn.show("admin/list.html", what=what, table=table, words=words)


@get("/admin/people/new", verb="change_roster")
async def new_person(turn: given.Turn) -> Response[str]:
    """The form for a person."""
    return await _new(turn, "people", _person(turn), None, None)


@post("/admin/people/new", verb="change_roster")
async def add_person(turn: given.Turn) -> Response[Any]:
    """Enter a person; a seat is given on the page it leads to."""
    form = _person(turn)

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _new(turn, "people", form, typed, refusal)

    onward = "/admin/people/{}".format
    return await act(turn, identity.add_person, then=onward, again=again, form=form, done="saved")


@get("/admin/bodies/new", verb="change_roster")
async def new_body(turn: given.Turn) -> Response[str]:
    """The form for a body."""
    return await _new(turn, "bodies", await _body(turn), None, None)


@post("/admin/bodies/new", verb="change_roster")
async def add_body(turn: given.Turn) -> Response[Any]:
    """Enter a body."""
    form = await _body(turn)

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _new(turn, "bodies", form, typed, refusal)

    onward = "/admin/bodies"
    return await act(turn, identity.add_organisation, then=onward, again=again, form=form, done="saved")


async def _new(
    turn: Turn, what: str, form: Form, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    return await turn.show("admin/new.html", what=what, **said(form, typed, refusal))


def _person(turn: Turn) -> Form:
    chosen = {"sex": options("sex", turn.say), "subject": options("subject", turn.say)}
    return Form(AddPerson, turn.say, turn.bureau.time_zone, options=chosen)


async def _body(turn: Turn) -> Form:
    kinds = {kind.value for kind in OrganisationKind}
    chosen: Mapping[str, Options] = {
        "kind": [one for one in options("desk", turn.say) if one[0] in kinds],
        "stage": options("stage", turn.say),
        "provider_kind": options("provider_kind", turn.say),
        "parent_id": await body_options(turn, *_PARENTS),
    }
    return Form(AddOrganisation, turn.say, turn.bureau.time_zone, options=chosen)


ROUTES = (people, bodies, new_person, add_person, new_body, add_body)
