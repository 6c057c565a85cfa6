"""One's credits as progress toward each rule with its clause, what is missing, and the transcript."""

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Response, get

from vouchermarket.credits import queries
from vouchermarket.credits.structs import PersonTranscript, TranscriptRow
from vouchermarket.identity.rules import NotFound
from vouchermarket.policies.rules import shown as judged
from vouchermarket.policies.structs import Evaluation, Verdict
from vouchermarket.web import given
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.labels import LABELS, label_of
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.words import N_


class Progress(msgspec.Struct, frozen=True):
    """How far one is toward a requirement, in hundredths of its unit. `type`: runs of it would help."""

    name: str
    verdict: Verdict
    type: str | None = None

    @property
    def state(self) -> str:
        """Met, exempted, still open, or missed."""
        if self.verdict.exempted:
            return "exempted"
        if self.verdict.met:
            return "met"
        return "missed" if self.verdict.closed else "open"


class Part(msgspec.Struct, frozen=True):
    """Requirements that are read together."""

    title: str
    lines: tuple[Progress, ...]


COLUMNS = (
    Column(N_("取得日期"), lambda one: one.entry.earned_on, "day"),
    Column(N_("培训类型"), lambda one: one.entry.type, "label", "type"),
    Column(N_("级别"), lambda one: one.entry.level, "label", "level"),
    Column(N_("登记"), lambda one: one.entry.amount_hundredths, "credits"),
    Column(N_("单位"), lambda one: one.entry.unit, "label", "unit"),
    Column(N_("计入"), lambda one: one.counted and one.counted.counted_hundredths, "credits"),
    Column(N_("未全部计入的原因"), lambda one: one.counted and one.counted.why, "label", "why"),
    Column(N_("状态"), lambda one: one.entry.status, "state", "entry"),
    Column(N_("依据"), lambda one: one.entry.clause, link=lambda one: f"/policy/clauses/{one.entry.clause}"),
)


@get("/credits", verb="read_own")
async def progress(turn: given.Turn) -> Response[Any]:
    """Bars with figures, what is missing and what would mend it, and every entry."""
    transcript = await _transcript(turn)

    async def read(limit: int, offset: int) -> list[TranscriptRow]:
        # The last earned is looked for first.
        rows = transcript.rows[::-1] if transcript else ()
        return list(rows[offset : offset + limit])

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "credits")
    empty = N_("还没有登记的学分。完成培训并审核通过后会记在这里。")
    table = await tables.read_page(turn, read, COLUMNS, empty)
    parts = list(_parts(transcript.evaluation, turn)) if transcript else []
    needs = missing(transcript.evaluation, turn) if transcript else []
    return await turn.show("teacher/credits.html", table=table, parts=parts, needs=needs)


def missing(evaluation: Evaluation, turn: Turn) -> list[dict[str, Any]]:
    """What the policy finds missing and can still be mended; `type` where runs of one type would mend it.

    A year that is over is among the bars: no run brings it back.
    """
    parts = [verdict for cycle in evaluation.cycles for verdict in cycle.mandatory]
    types = {verdict.code: verdict.type for verdict in (*parts, *evaluation.obligations)}
    this_year = str(evaluation.as_of.year)
    found: list[dict[str, Any]] = []
    for one in evaluation.findings:
        if one.code == "year_short" and one.facts["year"] != this_year:
            continue
        code = one.facts.get("requirement", "")
        named = msgspec.structs.replace(one, facts=one.facts | {"requirement": _name(code, turn)})
        found.append(judged.finding(named, turn.language) | {"type": _listed(types.get(code))})
    return found


def _listed(type_: str | None) -> str | None:
    return type_ if type_ in LABELS["type"] else None


async def _transcript(turn: Turn) -> PersonTranscript | None:
    """None for somebody who teaches at no school and so owes nothing."""
    async with turn.reading() as session:
        try:
            return await queries.transcript(session, turn.bureau.id, turn.actor.person_id, turn.today)
        except NotFound:
            return None


def _parts(evaluation: Evaluation, turn: Turn) -> Iterator[Part]:
    for cycle in evaluation.cycles:
        whole = [Progress(turn.say(N_("周期总量")), cycle.general)] if cycle.general else []
        lines = [_named(verdict, turn) for verdict in cycle.mandatory]
        yield Part(turn.say(N_("周期 {code}"), code=cycle.code), (*whole, *lines))
    # The year that is not over stands first: it is the one that can still be mended.
    years = sorted(evaluation.years, key=lambda row: -row.year)
    yield Part(turn.say(N_("每年")), tuple(Progress(str(row.year), row.verdict) for row in years))
    if evaluation.obligations:
        duties = tuple(_named(verdict, turn) for verdict in evaluation.obligations)
        yield Part(turn.say(N_("岗位要求")), duties)


def _named(verdict: Verdict, turn: Turn) -> Progress:
    return Progress(_name(verdict.code, turn), verdict, _listed(verdict.type))


def _name(code: str, turn: Turn) -> str:
    # Requirements are called as the trainings they ask for.
    return label_of(code, "type", turn.say)


ROUTES = (progress,)
