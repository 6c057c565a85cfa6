"""A table as a file holds what is shown but the names of people: those leave for a reason only (48)."""

import pytest

from pages.conftest import Arrive
from vouchermarket.web.pages import admin_changes, centre_gone, county_schools, school_bookings, school_home
from world import World

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("policy")]


async def test_a_schools_table_of_teachers_leaves_without_their_names(world: World, arrive: Arrive) -> None:
    clerk = await arrive(world.city.officer("school_a"))
    shown = await clerk.see("/school")
    assert "姓名" in shown.text
    sent = await clerk.client.get(f"/{clerk.code}/school?as=csv")
    assert sent.status_code == 200
    head, *rows = sent.content.decode("utf-8-sig").splitlines()
    assert len(rows) == len(world.city.teachers["school_a"])
    assert "工号" in head
    assert "姓名" not in head


def test_every_column_of_a_persons_name_says_so() -> None:
    tables = (
        admin_changes.DEPARTURES,
        centre_gone.COLUMNS,
        county_schools.TEACHERS,
        school_bookings.COLUMNS,
        school_home.COLUMNS,
    )
    for columns in tables:
        assert sum(column.kind == "name" for column in columns) == 1
