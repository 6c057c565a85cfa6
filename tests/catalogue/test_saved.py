"""Searches somebody keeps."""

from datetime import timedelta

import pytest

from factories import NOW, City
from vouchermarket.catalogue import operations, queries, rules
from vouchermarket.catalogue.structs import SAVED_MAX, SearchPage, SearchRuns
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.db import Database

pytestmark = pytest.mark.database


async def test_a_search_is_kept_in_its_one_text_and_replaced_by_name(city: City, database: Database) -> None:
    teacher = city.teacher()
    async with database.transaction(city.bureau_id) as session:
        asked = SearchRuns(words="  心理  健康 ")
        await operations.save_search(session, teacher, "心理", asked, SearchPage(), now=NOW)
        again = SearchRuns(words="心理 健康", has_seats_left=True)
        await operations.save_search(
            session, teacher, "心理", again, SearchPage(), now=NOW + timedelta(days=1)
        )
        [kept] = await queries.saved_searches(session, teacher)
        assert kept.query == rules.canonical(again, SearchPage())
        assert await queries.saved_searches(session, city.teacher(1)) == []


async def test_a_search_is_deleted_by_its_owner_alone(city: City, database: Database) -> None:
    async with database.transaction(city.bureau_id) as session:
        kept = await operations.save_search(
            session, city.teacher(), "数学", SearchRuns(words="数学"), SearchPage(), now=NOW
        )
        with pytest.raises(NotFound):
            await operations.forget_search(session, city.teacher(1), kept.id, now=NOW)
        await operations.forget_search(session, city.teacher(), kept.id, now=NOW)
        assert await queries.saved_searches(session, city.teacher()) == []


async def test_refuses_more_searches_than_help(city: City, database: Database) -> None:
    teacher, page = city.teacher(), SearchPage()
    async with database.transaction(city.bureau_id) as session:
        for number in range(SAVED_MAX):
            await operations.save_search(session, teacher, f"搜索 {number}", SearchRuns(), page, now=NOW)
        # One that has the name already takes no further place.
        await operations.save_search(session, teacher, "搜索 0", SearchRuns(words="语文"), page, now=NOW)
        with pytest.raises(rules.SavedSearchesFull):
            await operations.save_search(session, teacher, "又一个", SearchRuns(), page, now=NOW)
