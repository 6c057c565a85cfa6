"""The market's list: filters, order, pages, and what is kept from it."""

from datetime import date, timedelta
from importlib import import_module
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select, update

import factories
from catalogue.rows import FIRST_MEETING, CourseRow, RunRow
from factories import NOW, City
from vouchermarket.catalogue import queries, tables
from vouchermarket.catalogue.structs import PAGE_MAX, Page, RunFilter, When
from vouchermarket.kit.db import Database
from vouchermarket.policies.queries import InForce
from vouchermarket.policies.structs import Level, Mode

ALL = RunFilter()
SECOND = timedelta(seconds=1)
BOOKED_UNTIL = FIRST_MEETING - timedelta(days=3)


Shelf = dict[UUID, str]


@pytest.fixture
async def shelf(database: Database, city: City, policy: InForce) -> Shelf:
    """`early`, `full` and `late` of 语文; `far` of the rival's county course; `gone`, `draft` unseen."""
    filed = {
        "organiser_id": city.bodies["training_centre"],
        "filed_by": city.officer("provider").person_id,
        "policy_version_id": policy.version_id,
    }
    chinese = CourseRow(
        title="语文 100%_阅读",
        provider_id=city.bodies["provider"],
        subject="chinese",
        stage="senior",
        **filed,
    )
    county = CourseRow(
        title="Reading aloud",
        provider_id=city.bodies["rival"],
        level="county",
        mode="online",
        type="backbone",
        fund_lines=["backbone", "space"],
        completions=7,
        ratings=2,
        rating_hundredths=450,
        **filed,
    )
    draft = CourseRow(title="未发布", provider_id=city.bodies["provider"], state="reviewed", **filed)

    def run(course, days=0, **changes):
        at = FIRST_MEETING + timedelta(days=days)
        return RunRow(course_id=course["id"], starts_at=at, ends_at=at + timedelta(hours=3), **changes)

    runs = {
        "early": run(chinese, price_fen=100),
        "full": run(chinese, 10, price_fen=300, capacity=5, taken=4, offered=1),
        "late": run(chinese, 20, price_fen=200),
        "far": run(county, 10, price_fen=300),
        "gone": run(chinese, 5, cancelled_at=factories.NOW),
        "draft": run(draft),
    }
    async with database.transaction(city.bureau_id) as session:
        for course in (chinese, county, draft):
            await factories.add(session, city.bureau_id, tables.course, course)
        for row in runs.values():
            await factories.add(session, city.bureau_id, tables.run, row)
    return {row["id"]: name for name, row in runs.items()}


async def listed(
    database: Database, city: City, shelf: Shelf, wanted: RunFilter, now=NOW, **page
) -> list[str]:
    async with database.transaction(city.bureau_id) as session:
        found = await queries.list_runs(session, city.bureau_id, wanted, Page(**page), now=now)
    assert page or found.total == len(found.runs)
    return [shelf[card.id] for card in found.runs]


async def test_lists_what_may_be_booked_and_nothing_else(database: Database, city: City, shelf: Shelf):
    assert set(await listed(database, city, shelf, ALL)) == {"early", "full", "late", "far"}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (RunFilter(type="backbone"), {"far"}),
        (RunFilter(level=Level.COUNTY), {"far"}),
        (RunFilter(mode=Mode.FACE_TO_FACE), {"early", "full", "late"}),
        (RunFilter(subject="chinese", stage="senior"), {"early", "full", "late"}),
        (RunFilter(subject="chinese", level=Level.COUNTY), set()),
        (RunFilter(fund_line="space"), {"far"}),
        (RunFilter(price_from_fen=200, price_to_fen=200), {"late"}),
        (RunFilter(from_on=date(2014, 5, 20), to_on=date(2014, 5, 30)), {"full", "far"}),
        (RunFilter(has_seats_left=True), {"early", "late", "far"}),
        (RunFilter(title="READING"), {"far"}),
        # A wildcard of the database is a letter like any other.
        (RunFilter(title="0%_阅"), {"early", "full", "late"}),
        (RunFilter(title="1%阅"), set()),
    ],
)
async def test_each_filter_keeps_what_it_says(database: Database, city: City, shelf: Shelf, wanted, names):
    assert set(await listed(database, city, shelf, wanted)) == names


async def test_filters_by_provider_and_by_course(database: Database, city: City, shelf: Shelf):
    assert await listed(database, city, shelf, RunFilter(provider_id=city.bodies["rival"])) == ["far"]
    async with database.transaction(city.bureau_id) as session:
        run = tables.run
        course_of = select(run.c.course_id).where(run.c.id == next(iter(shelf)))
        course_id = (await session.execute(course_of)).scalar_one()
    assert await listed(database, city, shelf, RunFilter(course_id=course_id)) == ["early", "full", "late"]


async def test_sorts_stably_and_pages_without_gap_or_repetition(database: Database, city: City, shelf: Shelf):
    assert (await listed(database, city, shelf, ALL, sort="price_fen"))[:2] == ["early", "late"]
    assert (await listed(database, city, shelf, ALL, sort="completions", descending=True))[0] == "far"
    # Words are written of neither course here; with them titles stand by their pinyin (`test_search`).
    assert len(await listed(database, city, shelf, ALL, sort="title")) == 4
    assert (await listed(database, city, shelf, ALL, sort="seats_left"))[0] == "full"
    # The county course is rated 4.5, the other not at all: it stands last in either direction.
    for descending in (False, True):
        assert (await listed(database, city, shelf, ALL, sort="rating", descending=descending))[0] == "far"
    assert len(await listed(database, city, shelf, ALL, sort="opened_at")) == 4
    for sort in ("starts_at", "price_fen", "opened_at"):
        whole = await listed(database, city, shelf, ALL, sort=sort, descending=True)
        parts = [
            name
            for offset in range(4)
            for name in await listed(
                database, city, shelf, ALL, sort=sort, descending=True, limit=1, offset=offset
            )
        ]
        assert parts == whole


@pytest.mark.parametrize(
    ("now", "when", "names"),
    [
        # The window is [NOW, BOOKED_UNTIL); the first run begins three days after it has closed.
        (NOW - SECOND, When.BOOKABLE, set()),
        (NOW - SECOND, When.COMING, {"early", "full", "late", "far"}),
        (NOW, When.BOOKABLE, {"early", "full", "late", "far"}),
        (NOW, When.COMING, set()),
        (BOOKED_UNTIL - SECOND, When.BOOKABLE, {"early", "full", "late", "far"}),
        (BOOKED_UNTIL - SECOND, When.PAST, set()),
        (BOOKED_UNTIL, When.BOOKABLE, set()),
        (BOOKED_UNTIL, When.PAST, {"early", "full", "late", "far"}),
        (BOOKED_UNTIL, When.ANY, {"early", "full", "late", "far"}),
        (NOW - SECOND, When.ANY, {"early", "full", "late", "far"}),
    ],
)
async def test_shows_what_can_be_booked_now_unless_asked_for_more(
    database: Database, city: City, shelf: Shelf, now, when, names
):
    assert set(await listed(database, city, shelf, RunFilter(when=when), now=now)) == names
    if when is When.BOOKABLE:
        assert set(await listed(database, city, shelf, ALL, now=now)) == names


async def test_what_has_begun_is_past_though_its_window_were_open(
    database: Database, city: City, shelf: Shelf
):
    async with database.transaction(city.bureau_id) as session:
        await session.execute(update(tables.run).values(books_until_at=FIRST_MEETING + timedelta(days=99)))
    for second, names in ((-SECOND, {"early", "full", "late", "far"}), (0 * SECOND, {"full", "late", "far"})):
        assert set(await listed(database, city, shelf, ALL, now=FIRST_MEETING + second)) == names
    assert await listed(database, city, shelf, RunFilter(when=When.PAST), now=FIRST_MEETING) == ["early"]


async def test_counts_no_further_than_anybody_reads(
    database: Database, city: City, shelf: Shelf, monkeypatch
):
    monkeypatch.setattr(import_module("vouchermarket.catalogue.queries.runs"), "COUNTED_MAX", 3)
    async with database.transaction(city.bureau_id) as session:
        found = await queries.list_runs(session, city.bureau_id, ALL, Page(), now=NOW)
        few = await queries.list_runs(session, city.bureau_id, RunFilter(type="backbone"), Page(), now=NOW)
    assert (len(found.runs), found.total, found.capped) == (4, 3, True)
    assert (few.total, few.capped) == (1, False)


async def test_tells_how_many_there_are_in_all(database: Database, city: City, shelf: Shelf):
    async with database.transaction(city.bureau_id) as session:
        found = await queries.list_runs(session, city.bureau_id, ALL, Page(limit=1), now=NOW)
    assert (len(found.runs), found.total) == (1, 4)
    assert found.runs[0].amount == "12"


async def test_another_bureau_sees_none_of_it(database: Database, city: City, shelf: Shelf):
    elsewhere = await factories.make_bureau(database)
    async with database.transaction(elsewhere) as session:
        assert (await queries.list_runs(session, elsewhere, ALL, Page(), now=NOW)).total == 0
        assert (await queries.list_runs(session, city.bureau_id, ALL, Page(), now=NOW)).total == 0


@pytest.mark.parametrize("page", [{"limit": PAGE_MAX + 1}, {"limit": 0}, {"offset": -1}, {"sort": "place"}])
def test_a_page_out_of_bounds_or_in_an_unknown_order_does_not_decode(page):
    assert msgspec.convert({"limit": PAGE_MAX}, Page).limit == PAGE_MAX
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(page, Page)
