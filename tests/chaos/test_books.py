"""The judge of the kills can be red: what is lost, and what nobody was told of, is found."""

import random

from apart import further_database
from chaos.books import compared
from chaos.crowd import Crowd
from chaos.stock import VOUCHER_FEN, open_market
from factories import NOW
from vouchermarket.booking import operations as booking
from vouchermarket.booking.structs import Choice
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id


async def test_what_is_lost_and_what_nobody_was_told_of_is_found() -> None:
    with further_database() as cluster:
        database = Database(cluster.url, pool_size=4)
        market = await open_market(database)
        bureau_id = market.city.bureau_id
        crowd = Crowd("", [], [], random.Random())  # noqa: S311 - asks nobody
        assert not await compared(database, bureau_id, crowd)
        [teacher] = await market.teachers(1)
        await market.vouchers([teacher.person_id], VOUCHER_FEN)
        run_id = await market.run()
        async with database.transaction(bureau_id) as session:
            seat = await booking.book(session, teacher, Choice(run_id), now=NOW)
        untold = await compared(database, bureau_id, crowd)
        assert untold
        assert (untold.doubled, untold.lost, untold.broken) == ({seat.booking_id}, set(), {})
        crowd.booked = {seat.booking_id, (gone := new_id())}
        lost = await compared(database, bureau_id, crowd)
        assert (lost.doubled, lost.lost, lost.keys) == (set(), {gone}, -2)
        await database.close()
