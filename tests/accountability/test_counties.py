"""A county bureau reads its own schools, judged as each school is, and nobody else's."""

import pytest

from factories import TODAY, City
from vouchermarket.accountability import queries
from vouchermarket.identity.rules import NotFound, RoleNotAllowed
from vouchermarket.kit.db import Database
from vouchermarket.policies.queries import InForce

pytestmark = pytest.mark.database


async def test_a_county_reads_its_own_schools_only(city: City, database: Database, policy: InForce) -> None:
    county = city.officer("county")
    async with database.transaction(city.bureau_id) as session:
        found = await queries.standings_under_county(session, county, TODAY)
        assert [one.school.id for one in found] == [city.bodies["school_c"]]
        one = await queries.standing_under_county(session, county, city.bodies["school_c"], TODAY)
        assert one == found[0]
        assert (one.verdict.numerator, len(one.teachers)) == (4, 4)
        assert await queries.standings_under_county(session, county, TODAY, offset=1) == []
        with pytest.raises(NotFound):
            await queries.standing_under_county(session, county, city.bodies["school_a"], TODAY)


async def test_a_school_reads_no_county(city: City, database: Database, policy: InForce) -> None:
    async with database.transaction(city.bureau_id) as session:
        assert await queries.standings_under_county(session, city.officer("school_c"), TODAY) == []
        with pytest.raises(RoleNotAllowed):
            await queries.standings_under_county(session, city.teacher(), TODAY)
