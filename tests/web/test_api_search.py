"""The search of the market over HTTP: all of it in the address, which can be kept and sent on."""

from datetime import UTC, datetime

import pytest

import factories
from vouchermarket.identity import queries
from web.market import Desks, refused, told

BOOKING_CLOSED = datetime(2014, 5, 1, tzinfo=UTC)


async def test_a_teacher_finds_runs_by_words_and_narrows_them_by_what_is_counted(desks: Desks) -> None:
    health = await desks.open_run(10, title="心理健康教育", price_fen=20_000)
    history = await desks.open_run(20, title="心理咨询实务", price_fen=10_000, subject="history")
    await desks.open_run(30, title="班主任工作坊")
    teacher = await desks.teacher()

    async def found(**asked: object) -> dict:
        return told(await teacher.get("/search/runs", params=asked))

    everything = await found(words="心理", sort="price_fen")
    assert [run["id"] for run in everything["runs"]] == [history, health]
    assert (everything["total"], everything["pages"], everything["guessed"]) == (2, 1, False)
    subjects = everything["facets"]["subject"]
    assert {"value": "history", "runs": 1, "name": None} in subjects
    assert [tally["runs"] for tally in everything["facets"]["provider_id"]] == [2]
    narrowed = await found(words="心理", subject="history", limit=1)
    assert [run["id"] for run in narrowed["runs"]] == [history]
    assert [run["id"] for run in (await found(words="xljk"))["runs"]] == [health]
    assert (await found(words="心里健康"))["runs"][0]["id"] == health
    assert (await found(words=""))["total"] == (await found())["total"] == 3


async def test_a_search_is_kept_in_its_address_and_found_again_by_it(desks: Desks) -> None:
    await desks.open_run(10, title="心理健康教育", price_fen=20_000)
    teacher = await desks.teacher()
    asked = {"words": "  心理  健康", "sort": "price_fen", "descending": "true", "when": "any", "limit": 10}
    first = told(await teacher.get("/search/runs", params=asked))
    again = told(await teacher.get(f"/search/runs?{first['query']}"))
    assert (again, first["total"]) == (first, 1)
    assert told(await teacher.get("/search/runs", params={"words": " ", "when": "bookable"}))["query"] == ""


async def test_what_is_past_is_found_when_it_is_asked_for(desks: Desks, clock) -> None:
    await desks.open_run(10, title="心理健康教育")
    teacher = await desks.teacher()
    clock.now = BOOKING_CLOSED
    for path in ("/runs", "/search/runs"):
        totals = {
            when: told(await teacher.get(path, params={"when": when}))["total"]
            for when in ("bookable", "coming", "past", "any")
        }
        assert totals == {"bookable": 0, "coming": 0, "past": 1, "any": 1}
        assert told(await teacher.get(path))["total"] == 0


async def test_another_bureaus_runs_are_not_found(desks: Desks, visit, transport, database) -> None:
    await desks.open_run(10, title="心理健康教育")
    city = await factories.make_city(database, await factories.make_bureau(database))
    async with database.transaction(city.bureau_id) as session:
        code = (await queries.bureau(session, city.bureau_id)).code
    stranger = await type(visit)(database, city, code, transport).program(city.teacher())
    for words in ("心理健康", "xljk", "心里健康", ""):
        found = told(await stranger.get("/search/runs", params={"words": words}))
        assert (found["runs"], found["total"]) == ([], 0)


@pytest.mark.parametrize("words", ["%00", "%E5%BF%83%00", "%0A", "a" * 201, "%E5%AD%97" * 201])
async def test_words_that_no_line_holds_are_refused_by_name(desks: Desks, words: str) -> None:
    answer = await (await desks.teacher()).get(f"/search/runs?words={words}")
    assert refused(answer, 400, "request_not_readable")["path"] == "query:words"


@pytest.mark.parametrize(
    "words", ["%FF%FE", "%ED%A0%80", "%27%20%26%20%7C%20!(%3A*)", "%5C%27", "%E5%AD%97" * 200, "a%20" * 99]
)
async def test_whatever_else_is_typed_is_looked_for(desks: Desks, words: str) -> None:
    assert told(await (await desks.teacher()).get(f"/search/runs?words={words}"))["total"] == 0


@pytest.mark.parametrize("query", ["sort=opened_at", "limit=0", "word=a", "level=galactic", "when=never"])
async def test_a_search_that_means_nothing_is_refused_by_its_name(desks: Desks, query: str) -> None:
    answer = await (await desks.teacher()).get(f"/search/runs?{query}")
    problem = refused(answer, 400, "request_not_readable")
    assert problem["path"] == f"query:{query.partition('=')[0]}"
