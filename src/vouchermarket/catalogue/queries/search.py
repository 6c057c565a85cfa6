"""The search of the market.

The words are asked alone, in `course_words`, which no row-level security guards; only what they find is
joined with courses and runs, and there row-level security decides what is seen.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Integer, Select, Text, case, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import TSQUERY

from vouchermarket.catalogue import rules
from vouchermarket.catalogue.queries.runs import (
    SORTS,
    card_values,
    cards,
    conditions_of,
    of_course,
    of_words,
    sorted_by,
)
from vouchermarket.catalogue.structs import COUNTED_MAX, Found, RunCard, SearchPage, SearchRuns, Tally
from vouchermarket.catalogue.tables import course, course_words
from vouchermarket.catalogue.tables import run as run_table
from vouchermarket.identity import queries as bodies
from vouchermarket.identity.tables import organisation
from vouchermarket.kit import text
from vouchermarket.kit.db import Session, among

FACETS = {
    "type": course.c.type,
    "level": course.c.level,
    "mode": course.c.mode,
    "subject": course.c.subject,
    "stage": course.c.stage,
    "fund_line": course.c.fund_lines,
    "provider_id": course.c.provider_id,
}
_Counts = dict[str, list[tuple[str, int]]]


async def search(
    session: Session, bureau_id: UUID, asked: SearchRuns, page: SearchPage, *, now: datetime
) -> Found:
    """Runs of published courses by the words of their course, filtered, counted, sorted and paged.

    Whole words stand before pinyin and initials, these before pairs of characters; likenesses are looked
    for only when no course of the bureau has the words in any of these ways.
    """
    zone = (await bodies.bureau(session, bureau_id)).time_zone
    question = text.question(asked.words)
    conditions = list(conditions_of(bureau_id, asked, zone, now))
    tiers = question.exact
    counts = await _counts(session, bureau_id, tiers, conditions)
    guessed = not counts["total"] and bool(question.guesses) and await _is_unknown(session, bureau_id, tiers)
    if guessed:
        tiers = question.guesses
        counts = await _counts(session, bureau_id, tiers, conditions)
    total = counts["total"][0][1] if counts["total"] else 0
    return Found(
        runs=await _page(session, bureau_id, tiers, conditions, page) if total else (),
        total=total,
        capped=total == COUNTED_MAX,
        pages=-(-total // page.limit),
        facets=await _facets(session, bureau_id, counts),
        guessed=guessed,
        query=rules.canonical(asked, page),
    )


def _matches(bureau_id: UUID, tiers: Sequence[str], *, ranked: bool = False) -> CTE:
    """The courses that have these words. `ranked` adds what a page needs: `tier` (0 the best), `likeness`."""
    words = course_words.c.words
    asks = [cast(tier, TSQUERY) for tier in tiers]
    statement = select(course_words.c.course_id).where(
        course_words.c.bureau_id == bureau_id, words.bool_op("@@")(asks[-1])
    )
    if ranked:
        statement = statement.add_columns(
            case(*((words.bool_op("@@")(ask), place) for place, ask in enumerate(asks))).label("tier"),
            # 1: a long title counts less than a short one with the same words.
            func.ts_rank(words, asks[-1], 1).label("likeness"),
        )
    return statement.cte("matches").prefix_with("MATERIALIZED")


async def _page(
    session: Session, bureau_id: UUID, tiers: Sequence[str], conditions: Sequence[Any], page: SearchPage
) -> tuple[RunCard, ...]:
    statement = cards().outerjoin(course_words, of_words)
    # Without words nothing is a better find than another, and the first to begin are read off their index.
    best: tuple[Any, ...] = (run_table.c.starts_at,)
    if tiers:
        matches = _matches(bureau_id, tiers, ranked=True)
        statement = statement.join(matches, matches.c.course_id == course.c.id)
        best = (matches.c.tier, matches.c.likeness.desc(), course.c.completions.desc(), run_table.c.starts_at)
    if page.sort != "relevance":
        best = (sorted_by(SORTS[page.sort], descending=page.descending),)
    statement = (
        statement.where(*conditions).order_by(*best, run_table.c.id).limit(page.limit).offset(page.offset)
    )
    return tuple(RunCard(**card_values(row)) for row in await session.execute(statement))


async def _counts(
    session: Session, bureau_id: UUID, tiers: Sequence[str], conditions: Sequence[Any]
) -> _Counts:
    """How many of the found runs there are in all (`total`, absent when none) and by value of each facet.

    Of more than `COUNTED_MAX` the first to begin are counted: all hundred thousand took a second, for
    figures nobody reads to the last digit. They are read once, into as many rows as they differ in facets,
    and each facet is counted from these. Without words the table of words is left out, since everything on
    the shelf stands in it.
    """
    read = run_table.join(course, of_course)
    if tiers:
        matches = _matches(bureau_id, tiers)
        read = read.join(matches, matches.c.course_id == course.c.id)
    found = (
        select(*(column.label(name) for name, column in FACETS.items()))
        .select_from(read)
        .where(*conditions)
        .order_by(run_table.c.starts_at, run_table.c.id)
        .limit(COUNTED_MAX)
        .subquery("found")
    )
    alike = (
        select(*found.c, func.count().label("runs"))
        .group_by(*found.c)
        .cte("alike")
        .prefix_with("MATERIALIZED")
    )
    counted: dict[str, Any] = {name: alike.c[name] for name in FACETS}
    counted["fund_line"] = func.unnest(alike.c.fund_line)
    parts = [_counted(name, cast(column, Text), alike) for name, column in counted.items()]
    counts: _Counts = {name: [] for name in ("total", *FACETS)}
    for row in await session.execute(union_all(*parts, _counted("total", literal("total"), alike))):
        if row.value is not None:
            counts[row.facet].append((row.value, row.runs))
    return counts


def _counted(name: str, value: Any, alike: CTE) -> Select[*tuple[Any, ...]]:
    by = value.label("value")
    runs = cast(func.sum(alike.c.runs), Integer).label("runs")
    return select(literal(name).label("facet"), by, runs).select_from(alike).group_by(by)


async def _is_unknown(session: Session, bureau_id: UUID, tiers: Sequence[str]) -> bool:
    """No course on the shelf has these words, with or without the filters."""
    return (await session.execute(select(_matches(bureau_id, tiers).c.course_id).limit(1))).first() is None


async def _facets(session: Session, bureau_id: UUID, counts: _Counts) -> dict[str, tuple[Tally, ...]]:
    table = organisation
    wanted = [UUID(value) for value, _ in counts["provider_id"]]
    statement = select(table.c.id, table.c.name).where(
        table.c.bureau_id == bureau_id, table.c.id == among(wanted)
    )
    names = {str(row.id): row.name for row in await session.execute(statement)} if wanted else {}
    return {
        facet: tuple(
            Tally(value, runs, names.get(value) if facet == "provider_id" else None)
            for value, runs in sorted(counts[facet], key=lambda one: (-one[1], one[0]))
        )
        for facet in FACETS
    }
