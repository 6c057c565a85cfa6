"""The search of the market: what is found by words, in what order, and what is kept from it."""

from collections import Counter
from datetime import date, timedelta
from importlib import import_module
from itertools import product
from urllib.parse import parse_qsl, quote

import msgspec
import pytest
from sqlalchemy import func, select

import factories
from catalogue.rows import FIRST_MEETING, CourseRow, RunRow, accredit, open_run, publish
from factories import NOW, City
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries, rules, tables
from vouchermarket.catalogue.structs import Found, RunCard, SearchPage, SearchRuns, When
from vouchermarket.kit.db import Database
from vouchermarket.policies.queries import InForce
from vouchermarket.policies.structs import Level, Mode

TITLES = (
    "心理健康教育",
    "中小学生心理健康",
    "健康生活",
    "骨干教师培训",
    "骨干班青年教师研修",
    "班主任工作坊",
    "教室管理",
    "English reading",
    "Python 入门",
)


async def shelve(database: Database, city: City, policy: InForce, titles=TITLES, **changes) -> None:
    """A published course of each title with one run, a day apart; every second one is the rival's."""
    async with database.transaction(city.bureau_id) as session:
        for day, title in enumerate(titles):
            at = FIRST_MEETING + timedelta(days=day)
            course = CourseRow(
                title=title,
                provider_id=city.bodies["provider" if day % 2 else "rival"],
                organiser_id=city.bodies["training_centre"],
                filed_by=city.officer("provider").person_id,
                policy_version_id=policy.version_id,
                level=("city", "county")[day % 2],
                mode=("online", "base", "face_to_face")[day % 3],
                subject=(None, "chinese")[day % 2],
                stage=("senior", "junior", None)[day % 3],
                fund_lines=(["all_staff"], ["all_staff", "space"], [])[day % 3],
                completions=day * 7 % 5,
                ratings=day % 3,
                rating_hundredths=(None, 450, 400)[day % 3],
                **changes,
            )
            run = RunRow(
                course_id=course["id"],
                starts_at=at,
                ends_at=at + timedelta(hours=3),
                capacity=5,
                taken=5 * (day % 2),
                price_fen=1000 * (day * 5 % 7),
            )
            await factories.add(session, city.bureau_id, tables.course, course)
            await factories.add(session, city.bureau_id, tables.run, run)
            await catalogue.write_words(session, city.bureau_id, [course["id"]])


@pytest.fixture
async def shelf(database: Database, city: City, policy: InForce) -> None:
    await shelve(database, city, policy)


async def found(database: Database, city: City, words: str = "", page=None, now=NOW, **filters) -> Found:
    asked = SearchRuns(words=words, **filters)
    async with database.transaction(city.bureau_id) as session:
        return await queries.search(session, city.bureau_id, asked, page or SearchPage(), now=now)


async def titles(database: Database, city: City, words: str = "", **page) -> list[str]:
    return [card.title for card in (await found(database, city, words, SearchPage(**page))).runs]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("心理健康", ["心理健康教育", "中小学生心理健康"]),
        ("骨干教师", ["骨干教师培训", "骨干班青年教师研修"]),
        ("班主任", ["班主任工作坊"]),
        ("xljk", ["心理健康教育", "中小学生心理健康"]),
        ("xinli", ["心理健康教育", "中小学生心理健康"]),
        ("gong zuo fang", ["班主任工作坊"]),
        ("gongzuofang", ["班主任工作坊"]),
        ("READ", ["English reading"]),
        ("python入门", ["Python 入门"]),
        ("ｐｙｔｈｏｎ", ["Python 入门"]),
        ("理健", ["心理健康教育", "中小学生心理健康"]),
        ("教师 青年", ["骨干班青年教师研修"]),
        ("教师", ["骨干教师培训", "骨干班青年教师研修"]),
        ("in_post 工作坊", ["班主任工作坊"]),
    ],
)
async def test_finds_courses_by_words_pinyin_initials_and_pairs(database, city, shelf, words, first):
    assert sorted(await titles(database, city, words)) == sorted(first)


async def test_shows_likenesses_only_when_nothing_has_the_words(database, city, shelf):
    typo = await found(database, city, "心里健康")
    assert [card.title for card in typo.runs] == ["心理健康教育", "中小学生心理健康", "健康生活"]
    assert typo.guessed
    assert await titles(database, city, "骨千教师") == ["骨干教师培训", "骨干班青年教师研修"]
    right = await found(database, city, "教室")
    assert ([card.title for card in right.runs], right.guessed) == (["教室管理"], False)


async def test_guesses_nothing_where_the_filters_hide_what_has_the_words(database, city, shelf):
    hidden = await found(database, city, "教室", level=Level.COUNTY)
    assert (hidden.total, hidden.pages, hidden.guessed) == (0, 0, False)


async def test_ranks_the_title_before_other_words_and_whole_words_before_pairs(database, city, policy):
    named = ("心理咨询实务", "语文")
    await shelve(database, city, policy, named, type="心理")
    assert await titles(database, city, "心理") == list(named)
    await shelve(database, city, policy, ("物理健美", "理健 研究", "xljk"))
    assert (await titles(database, city, "理健"))[0] == "理健 研究"
    assert (await titles(database, city, "xljk"))[0] == "xljk"


@pytest.mark.parametrize("words", ["", "   ", "，。！?", "& | ! ( ) : *", "'", "\\", '"', "<->"])
async def test_shows_all_where_no_word_was_typed(database, city, shelf, words):
    everything = await found(database, city, words)
    assert (everything.total, everything.guessed) == (len(TITLES), False)


@pytest.mark.parametrize(
    "words",
    [
        "'班主任' & !x",
        "班主任:*A | 健康",
        "a' || 'b",
        "健康\\'",
        "字" * 200,
        "健康 " * 66,
        "a " * 100,
        "😀健康",
    ],
)
async def test_takes_operators_quotes_and_length_as_letters_among_letters(database, city, shelf, words):
    assert (await found(database, city, words)).total <= len(TITLES)


async def test_another_bureaus_courses_are_not_found_by_the_same_words(database, city, policy, shelf):
    """The table of words has no row-level security: two cities with the same titles stand in it."""
    other = await factories.make_city(database, await factories.make_bureau(database))
    for words in ("", "心理健康", "xljk", "心里健康"):
        nothing = await found(database, other, words)
        assert (nothing.runs, nothing.total) == ((), 0)
        assert not any(nothing.facets.values())
        # Nor by asking from inside one bureau for the words of the other.
        async with database.transaction(other.bureau_id) as session:
            reached = await queries.search(
                session, city.bureau_id, SearchRuns(words=words), SearchPage(), now=NOW
            )
        assert reached.total == 0
    async with database.transaction(other.bureau_id) as session:
        courses = await all_courses(database, city)
        await catalogue.write_words(session, other.bureau_id, courses)
        await catalogue.remove_words(session, other.bureau_id, courses)
    assert (await found(database, city, "心理健康")).total == 2


async def all_courses(database: Database, city: City) -> list:
    async with database.transaction(city.bureau_id) as session:
        return list((await session.execute(select(tables.course.c.id))).scalars())


async def written(database: Database, city: City) -> int:
    table = tables.course_words
    async with database.transaction(city.bureau_id) as session:
        counted = select(func.count()).select_from(table).where(table.c.bureau_id == city.bureau_id)
        return (await session.execute(counted)).scalar_one()


async def test_a_course_is_found_once_published_and_no_more_once_withdrawn(database, city, policy):
    async with database.transaction(city.bureau_id) as session:
        await accredit(session, city)
        course_id = await publish(session, city, title="高中语文新课堂")
        await open_run(session, city, course_id)
    assert await titles(database, city, "语文") == ["高中语文新课堂"]
    async with database.transaction(city.bureau_id) as session:
        await catalogue.withdraw_course(session, city.officer("training_centre"), course_id, now=NOW)
    assert await titles(database, city, "语文") == []
    assert await titles(database, city) == []
    assert await written(database, city) == 0


async def test_words_are_written_for_published_courses_only_and_once(database, city, policy):
    await shelve(database, city, policy, ("语文",), state="withdrawn")
    assert await written(database, city) == 0
    await shelve(database, city, policy, ("语文", "数学"))
    courses = await all_courses(database, city)
    async with database.transaction(city.bureau_id) as session:
        await catalogue.write_words(session, city.bureau_id, courses * 2)
    assert await written(database, city) == 2


FACETS = ("type", "level", "mode", "subject", "stage", "provider_id")


def counted(cards: list[RunCard]) -> dict[str, Counter]:
    tallies = {name: Counter(str(getattr(card, name)) for card in cards) for name in FACETS}
    tallies["fund_line"] = Counter(line for card in cards for line in card.fund_lines)
    for tally in tallies.values():
        del tally["None"]
    return tallies


async def test_facets_count_what_is_found_under_every_filter(database, city, shelf):
    """Against counting by hand, for each combination of filters."""
    everything = (await found(database, city)).runs
    options = product(
        ("", "健康", "教师"),
        (None, Level.CITY),
        (None, Mode.ONLINE),
        (None, "space"),
        (None, "senior"),
        (False, True),
    )
    for words, level, mode, fund_line, stage, has_seats_left in options:
        by_hand = [
            card
            for card in everything
            if words in card.title
            and level in (None, card.level)
            and mode in (None, card.mode)
            and (fund_line is None or fund_line in card.fund_lines)
            and stage in (None, card.stage)
            and (card.seats_left or not has_seats_left)
        ]
        shown = await found(
            database,
            city,
            words,
            level=level,
            mode=mode,
            fund_line=fund_line,
            stage=stage,
            has_seats_left=has_seats_left,
        )
        assert {card.id for card in shown.runs} == {card.id for card in by_hand}
        assert shown.total == len(by_hand)
        told = {
            name: {tally.value: tally.runs for tally in tallies} for name, tallies in shown.facets.items()
        }
        assert told == counted(by_hand)
        assert not shown.guessed


async def test_facets_name_providers_and_put_the_most_first(database, city, shelf):
    providers = (await found(database, city)).facets["provider_id"]
    assert [tally.runs for tally in providers] == [5, 4]
    assert providers[0].value == str(city.bodies["rival"])
    assert all(tally.name for tally in providers)


@pytest.mark.parametrize("sort", ["starts_at", "price_fen", "seats_left", "completions"])
@pytest.mark.parametrize("descending", [False, True])
async def test_sorts_by_what_is_asked(database, city, shelf, sort, descending):
    page = SearchPage(sort=sort, descending=descending)
    values = [getattr(card, sort) for card in (await found(database, city, page=page)).runs]
    assert values == sorted(values, reverse=descending)


@pytest.mark.parametrize("descending", [False, True])
async def test_sorts_by_rating_with_what_nobody_has_rated_last(database, city, shelf, descending):
    page = SearchPage(sort="rating", descending=descending)
    told = [card.rating for card in (await found(database, city, page=page)).runs]
    rated = ["4.5"] * 3 + ["4"] * 3
    assert told == (rated if descending else rated[::-1]) + [None] * 3


async def test_without_words_what_begins_soonest_stands_first(database, city, shelf):
    assert await titles(database, city) == list(TITLES)


async def test_shows_what_can_be_booked_now_unless_asked_for_more(database, city, shelf):
    """In the facets as in the list: what is past is neither shown nor counted."""
    closed = RunRow()["books_until_at"]
    for now, when, total in ((NOW, None, 9), (closed, None, 0), (closed, When.PAST, 9), (NOW, When.PAST, 0)):
        shown = await found(database, city, now=now, **({"when": when} if when else {}))
        assert (shown.total, len(shown.runs)) == (total, total)
        assert sum(tally.runs for tally in shown.facets["level"]) == total
    # Full runs stand among the bookable ones, as full.
    assert {card.seats_left for card in (await found(database, city)).runs} == {0, 5}


async def test_counts_the_first_to_begin_and_says_that_there_may_be_more(database, city, shelf, monkeypatch):
    monkeypatch.setattr(import_module("vouchermarket.catalogue.queries.search"), "COUNTED_MAX", 4)
    shown = await found(database, city)
    assert (shown.total, shown.capped, shown.pages, len(shown.runs)) == (4, True, 1, 9)
    told = {name: {tally.value: tally.runs for tally in tallies} for name, tallies in shown.facets.items()}
    assert told == counted(shown.runs[:4])
    few = await found(database, city, "心理健康")
    assert (few.total, few.capped) == (2, False)


ASKED = (
    {},
    {"words": "心理健康"},
    {"words": "  心理   健康 "},
    {"words": "a&b=c#d+e%20", "level": Level.CITY, "mode": Mode.ONLINE},
    {"fund_line": "all_staff", "price_from_fen": 0, "price_to_fen": 500, "from_on": date(2014, 5, 1)},
    {"has_seats_left": True, "when": When.ANY, "subject": "语文", "stage": "senior", "type": "in_post"},
)
PAGES = (
    SearchPage(),
    SearchPage(sort="rating", descending=True, limit=20, offset=40),
    SearchPage(sort="price_fen"),
    SearchPage(descending=True),
)


@pytest.mark.parametrize(("asked", "page"), list(product(ASKED, PAGES)))
def test_a_search_and_its_query_say_the_same(asked, page):
    wanted = SearchRuns(**asked)
    query = rules.canonical(wanted, page)
    read = dict(parse_qsl(query, strict_parsing=bool(query)))
    again = msgspec.convert(_of(SearchRuns, read), SearchRuns, strict=False)
    again_page = msgspec.convert(_of(SearchPage, read), SearchPage, strict=False)
    assert rules.canonical(again, again_page) == query
    assert again == msgspec.structs.replace(wanted, words=" ".join(wanted.words.split()))
    assert (again_page.sort, again_page.limit, again_page.offset) == (page.sort, page.limit, page.offset)


def _of(struct, read):
    return {name: value for name, value in read.items() if name in struct.__struct_fields__}


def test_what_goes_without_saying_is_not_in_the_query():
    assert rules.canonical(SearchRuns(), SearchPage()) == ""
    assert rules.canonical(SearchRuns(words=" 班主任 "), SearchPage(descending=True)) == "words=" + quote(
        "班主任"
    )
    page = SearchPage(sort="price_fen", descending=True)
    assert rules.canonical(SearchRuns(words="a b"), page) == "descending=true&sort=price_fen&words=a+b"


async def test_sorts_titles_by_pinyin(database, city, policy):
    await shelve(database, city, policy, ("中文", "班主任", "English", "安全"))
    assert await titles(database, city, sort="title") == ["安全", "班主任", "English", "中文"]


@pytest.mark.parametrize("words", ["", "健康", "心里健康"])
async def test_pages_without_gap_or_repetition(database, city, shelf, words):
    whole = await titles(database, city, words)
    parts = [await found(database, city, words, SearchPage(limit=2, offset=at)) for at in range(0, 10, 2)]
    assert [card.title for part in parts for card in part.runs] == whole
    assert {(part.total, part.pages) for part in parts} == {(len(whole), (len(whole) + 1) // 2)}
