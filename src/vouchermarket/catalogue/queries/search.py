"""The search of the market.

The words are asked alone, in `course_words`, which no row-level security guards; only what they find is
joined with courses and runs, and there row-level security decides what is seen.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Select, Text, case, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import TSQUERY

from vouchermarket.catalogue.queries.runs import card_values, cards, conditions_of, of_course
from vouchermarket.catalogue.structs import Found, RunCard, SearchPage, SearchRuns, SearchSort, Tally
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


async def search(session: Session, bureau_id: UUID, asked: SearchRuns, page: SearchPage) -> Found:
    """Runs of published courses by the words of their course, filtered, counted, sorted and paged.

    Whole words stand before pinyin and initials, these before pairs of characters; likenesses are looked
    for only when no course of the bureau has the words in any of these ways.
    """
    zone = (await bodies.bureau(session, bureau_id)).time_zone
    question = text.question(asked.words)
    conditions = list(conditions_of(bureau_id, asked, zone))
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
        pages=-(-total // page.limit),
        facets=await _facets(session, bureau_id, counts),
        guessed=guessed,
    )


def _matches(bureau_id: UUID, tiers: Sequence[str], *, ranked: bool = False) -> CTE:
    """The courses that have these words; without words, all.

    `ranked` adds what only a page needs: `tier` (0 the best), `likeness` within it, `name_sort`.
    """
    words = course_words.c.words
    statement = select(course_words.c.course_id).where(course_words.c.bureau_id == bureau_id)
    asks = [cast(tier, TSQUERY) for tier in tiers]
    if asks:
        statement = statement.where(words.bool_op("@@")(asks[-1]))
    if ranked:
        best = [(words.bool_op("@@")(ask), place) for place, ask in enumerate(asks)]
        # 1: a long title counts less than a short one with the same words.
        likeness = func.ts_rank(words, asks[-1], 1) if asks else literal(0)
        statement = statement.add_columns(
            (case(*best) if best else literal(0)).label("tier"),
            likeness.label("likeness"),
            course_words.c.name_sort,
        )
    return statement.cte("matches").prefix_with("MATERIALIZED")


async def _page(
    session: Session, bureau_id: UUID, tiers: Sequence[str], conditions: Sequence[Any], page: SearchPage
) -> tuple[RunCard, ...]:
    matches = _matches(bureau_id, tiers, ranked=True)
    sorts: dict[SearchSort, Any] = {
        "starts_at": run_table.c.starts_at,
        "price_fen": run_table.c.price_fen,
        "seats_left": run_table.c.capacity - run_table.c.taken - run_table.c.offered,
        "completions": course.c.completions,
        "title": matches.c.name_sort,
    }
    if page.sort == "relevance":
        best = (matches.c.tier, matches.c.likeness.desc(), course.c.completions.desc(), run_table.c.starts_at)
    else:
        by = sorts[page.sort]
        best = (by.desc() if page.descending else by.asc(),)
    statement = (
        cards()
        .join(matches, matches.c.course_id == course.c.id)
        .where(*conditions)
        .order_by(*best, run_table.c.id)
        .limit(page.limit)
        .offset(page.offset)
    )
    return tuple(RunCard(**card_values(row)) for row in await session.execute(statement))


async def _counts(
    session: Session, bureau_id: UUID, tiers: Sequence[str], conditions: Sequence[Any]
) -> _Counts:
    """How many of the found runs there are in all (`total`, absent when none) and by value of each facet."""
    matches = _matches(bureau_id, tiers)
    found = (
        select(*(column.label(name) for name, column in FACETS.items()))
        .join_from(run_table, course, of_course)
        .join(matches, matches.c.course_id == course.c.id)
        .where(*conditions)
        .cte("found")
        .prefix_with("MATERIALIZED")
    )
    counted: dict[str, Any] = {name: found.c[name] for name in FACETS}
    counted["fund_line"] = func.unnest(found.c.fund_line)
    parts = [_counted(name, cast(column, Text)) for name, column in counted.items()]
    counts: _Counts = {name: [] for name in ("total", *FACETS)}
    for row in await session.execute(
        union_all(*parts, _counted("total", literal("total")).select_from(found))
    ):
        if row.value is not None:
            counts[row.facet].append((row.value, row.runs))
    return counts


def _counted(name: str, value: Any) -> Select[*tuple[Any, ...]]:
    by = value.label("value")
    return select(literal(name).label("facet"), by, func.count().label("runs")).group_by(by)


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
