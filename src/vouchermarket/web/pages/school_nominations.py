"""Sending named teachers: a run chosen, teachers ticked or listed, the consequence in figures, then sent."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from vouchermarket.accountability import queries as schools
from vouchermarket.booking import operations as booking
from vouchermarket.booking.structs import Booked, Nominate, Nominee
from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import SearchPage, SearchRuns
from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit import tabular
from vouchermarket.kit.ids import PersonId, RunId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.kit.tabular import Cell, Column, Fault, Table
from vouchermarket.vouchers import queries as vouchers
from vouchermarket.web import given
from vouchermarket.web.api.bookings import NominatedLine, nominated
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import asked
from vouchermarket.web.pages.acting import act, told
from vouchermarket.web.pages.forms import FormNotRight, faults_of
from vouchermarket.web.pages.school_home import school_of
from vouchermarket.web.pages.sent_files import TAKES_A_FILE, sheet_sent
from vouchermarket.web.pages.turn import Again, Turn, Typed
from vouchermarket.web.words import N_

RUNS_A_PAGE = 24
LIST = Table("nominees", (Column("code", "工号", Cell.CODE, is_required=True), Column("name", "姓名")))
NOBODY = N_("请选择教师,每次至多 300 位")
NOT_OURS = ("本校在岗教师的工号", "the code of a teacher of this school")


@get("/school/nominate", verb="nominate")
async def choose_run(turn: given.Turn) -> Response[str]:
    """Which run teachers shall be sent to: the market's own search."""
    wanted, page = asked.of(turn, SearchRuns), asked.of(turn, SearchPage, limit=RUNS_A_PAGE)
    async with turn.reading() as session:
        found = await catalogue.search(session, turn.bureau.id, wanted, page, now=turn.now)
    return await turn.show("school/runs.html", found=found, wanted=wanted, page=page)


@get("/school/runs/{run_id:uuid}/nominate", verb="nominate")
async def choose_teachers(turn: given.Turn, run_id: Id) -> Response[str]:
    """Whom to send: ticked among the school's teachers, or by a list of codes."""
    return await _teachers(turn, run_id, None, None)


@post("/school/runs/{run_id:uuid}/look", verb="nominate")
async def look(turn: given.Turn, run_id: Id) -> Response[str]:
    """What sending those ticked would do; nothing is written."""
    typed = await turn.typed()
    try:
        return await _foreseen(turn, run_id, _lines(turn, run_id, typed.all("person_id")), [])
    except Refusal as refusal:
        return await _teachers(turn, run_id, typed, refusal)


@post("/school/runs/{run_id:uuid}/list", verb="nominate", **TAKES_A_FILE)
async def look_at_list(turn: given.Turn, run_id: Id) -> Response[str]:
    """The same for those whose codes stand in a file; what is wrong with it is told row by row."""
    try:
        ids, faults = await _listed(turn, await sheet_sent(turn))
        return await _foreseen(turn, run_id, _lines(turn, run_id, ids, or_faults=faults), faults)
    except Refusal as refusal:
        return await _teachers(turn, run_id, None, refusal)


@post("/school/runs/{run_id:uuid}/nominate", verb="nominate")
async def nominate(turn: given.Turn, run_id: Id) -> Response[Any]:
    """Send them: each line for itself, and what became of it stands on a page of its own."""
    typed = await turn.typed()

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _teachers(turn, run_id, typed, refusal)

    try:
        lines = _lines(turn, run_id, typed.all("person_id"))
    except FormNotRight as refusal:
        return await again(typed, refusal)
    return await _send(turn, lines, typed, again)


@get("/school/nominations/{form_key:str}", verb="nominate")
async def outcome(turn: given.Turn, form_key: FromPath[str]) -> Response[str]:
    """What became of each line of a nomination of one's own, for a week."""
    try:
        lines = msgspec.convert(await turn.answered(form_key), list[NominatedLine])
    except msgspec.ValidationError:
        # Some other form's answer.
        raise NotFound from None
    async with turn.reading() as session:
        run = await catalogue.run(session, turn.bureau.id, lines[0].run_id)
        ids = [line.person_id for line in lines]
        people = await identity.people(session, turn.bureau.id, ids, turn.today)
    sent = [line for line in lines if line.booked]
    return await turn.show("school/outcome.html", lines=lines, run=run, people=people, sent=sent)


async def _send(turn: Turn, lines: Sequence[Nominee], typed: Typed, again: Again) -> Response[Any]:
    # What became of the lines is read again from where this form's answer is kept.
    onward = f"/school/nominations/{typed.key}"
    return await act(
        turn,
        nominated,
        school_of(turn),
        lines,
        typed=typed,
        then=onward,
        again=again,
        done="sent",
        language=turn.language,
    )


def _lines(
    turn: Turn, run_id: Id, texts: Sequence[str], *, or_faults: Sequence[Fault] = ()
) -> tuple[Nominee, ...]:
    """Each person once. Refuses `FormNotRight` for nobody, too many, or what is no person's id."""
    lines = [{"run_id": str(run_id), "person_id": text} for text in dict.fromkeys(texts)]
    if not lines and or_faults:
        return ()
    try:
        return msgspec.convert({"lines": lines}, Nominate).lines
    except msgspec.ValidationError:
        raise FormNotRight({"person_id": turn.say(NOBODY)}) from None


async def _listed(turn: Turn, sheet: tabular.Sheet) -> tuple[list[str], list[Fault]]:
    records = tabular.read_records(LIST, sheet)
    async with turn.reading() as session:
        codes = [record.code for record in records.rows]
        known = await identity.person_ids_by_code(session, turn.bureau.id, codes)
        school_id = school_of(turn)
        ours = await identity.teachers_of(session, turn.bureau.id, [school_id], turn.today)
    here = {code: id_ for code, id_ in known.items() if id_ in ours.get(school_id, ())}
    strangers = [
        tabular.fault_of(record, "nominee_unknown", "code", *NOT_OURS)
        for record in records.rows
        if record.code not in here
    ]
    ids = [str(here[code]) for code in codes if code in here]
    return ids, tabular.in_order([*records.faults, *strangers])


async def _foreseen(
    turn: Turn, run_id: Id, lines: Sequence[Nominee], faults: Sequence[Fault]
) -> Response[str]:
    async with turn.reading() as session:
        run = await catalogue.run(session, turn.bureau.id, RunId(run_id))
        school_id = school_of(turn)
        outcomes = await booking.preview_nomination(session, turn.actor, school_id, lines, now=turn.now)
        ids = [line.person_id for line in lines]
        people = await identity.people(session, turn.bureau.id, ids, turn.today)
        held = await vouchers.vouchers_of_school(session, turn.actor, school_id)
    going = [one for one in outcomes if isinstance(one, Booked)]
    return await turn.show(
        "school/foreseen.html",
        status=422 if faults else 200,
        run=run,
        lines=[(people[line.person_id], one) for line, one in zip(lines, outcomes, strict=True)],
        going=going,
        paid_fen=sum(part.amount_fen for one in going for part in one.payments),
        free_fen=sum(one.free_fen for one in held if one.line in run.fund_lines),
        faults=faults,
    )


async def _teachers(turn: Turn, run_id: Id, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        run = await catalogue.run(session, turn.bureau.id, RunId(run_id))
        found = await schools.standing_of_school(session, turn.actor, school_of(turn), turn.today)
    chosen = {PersonId(UUID(text)) for text in typed.all("person_id") if _is_id(text)} if typed else set()
    return await turn.show(
        "school/teachers.html",
        run=run,
        teachers=found.teachers,
        chosen=chosen,
        faults=faults_of(refusal),
        **told(refusal),
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


ROUTES = (choose_run, choose_teachers, look, look_at_list, nominate, outcome)
