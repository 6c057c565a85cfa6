"""`vouchermarket trace`: one booking's money as people and as machines read it."""

import json

import pytest
from sqlalchemy import select

from settlement import rows as settlement
from settlement.rows import open_market
from vouchermarket.booking.tables import booking
from vouchermarket.kit.ids import new_id


@pytest.fixture
async def bookings(database, city, policy):
    """A paid seat and a free one, by what they cost."""
    market = await open_market(database, city, policy)
    await settlement.earn(market, 30_000, 0)
    await settlement.settled(market)
    booked = select(booking.c.price_fen, booking.c.id).where(booking.c.bureau_id == market.bureau_id)
    async with market.transaction() as session:
        return {row.price_fen: str(row.id) for row in await session.execute(booked)}


def test_the_way_of_a_booking_is_told_station_by_station(vouchermarket, bookings):
    ended = vouchermarket("trace", bookings[30_000])
    assert ended.code == 0
    stations = ended.out.splitlines()[::2]
    assert [station.split()[2] for station in stations] == [
        "appropriate",
        "issue",
        "hold",
        "capture",
        "settle",
    ]
    assert [station.split()[3] for station in stations[2:]] == ["¥300.00"] * 3
    assert stations[2].endswith("by schedule")
    assert stations[4].endswith("张三")
    assert "treasury -> fund:all_staff:2014" in ended.out


def test_the_way_is_one_document_for_machines(vouchermarket, bookings):
    ended = vouchermarket("trace", bookings[30_000], "--json")
    assert ended.code == 0
    steps = json.loads(ended.out)
    assert set(steps[0]) == {
        "at",
        "code",
        "source",
        "target",
        "amount_fen",
        "document_id",
        "actor",
        "event",
    }
    assert [step["amount_fen"] for step in steps if step["document_id"] == bookings[30_000]] == [30_000] * 2


def test_a_free_seat_is_known_and_has_moved_nothing(vouchermarket, bookings):
    ended = vouchermarket("trace", bookings[0])
    assert (ended.code, ended.out) == (0, "no money has moved for this booking\n")


def test_a_booking_nobody_knows_is_refused(vouchermarket, city):
    ended = vouchermarket("trace", str(new_id()))
    assert ended.code == 2
    assert ended.refusal == "not_found"
    assert "remedy: " in ended.err


def test_a_booking_is_looked_for_in_the_bureau_that_is_named(vouchermarket, city, bookings):
    here = f"b{city.bureau_id.hex[-10:]}"
    assert vouchermarket("trace", bookings[30_000], "--bureau", here).code == 0
    assert vouchermarket("trace", bookings[30_000], "--bureau", "elsewhere").code == 2


def test_a_number_that_is_no_id_is_no_booking(vouchermarket):
    ended = vouchermarket("trace", "12")
    assert ended.code == 2
    assert "is not a valid UUID" in ended.err
