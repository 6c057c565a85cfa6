"""`vouchermarket ledger verify`: exit 0 where the books hold, 1 where they do not."""

import asyncio
import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from factories import make_bureau, make_city
from ledger.rows import open_line, post, posting
from vouchermarket.kit.db import Database
from vouchermarket.ledger.structs import AccountKind, TransferCode

K, C = AccountKind, TransferCode


async def _two_bureaus(url):
    """Two bureaus, a voucher of 60 fen in each; by their ids."""
    database = Database(url)
    bureaus = []
    for _ in range(2):
        city = await make_city(database, await make_bureau(database), teachers_each=1)
        async with database.transaction(city.bureau_id) as session:
            accounts = await open_line(session, city.bureau_id)
            given = posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 100)
            await post(session, city.bureau_id, given, posting(accounts, C.ISSUE, K.FUND, K.VOUCHER, 60))
        bureaus.append(city.bureau_id)
    await database.close()
    return bureaus


async def _hold(owner_url, bureau_id, held_fen):
    """What no operation does: the owner writes a reservation by hand, or takes it away again."""
    engine = create_async_engine(owner_url, poolclass=NullPool)
    async with engine.begin() as session:
        await session.exec_driver_sql(f"SET LOCAL app.bureau_id = '{bureau_id}'")
        written = await session.execute(
            text("UPDATE account SET held_fen = :held WHERE kind = 'voucher'"), {"held": held_fen}
        )
    await engine.dispose()
    assert written.rowcount == 1


def _code(bureau_id):
    return f"b{bureau_id.hex[-10:]}"


@pytest.fixture(scope="module")
def bureaus(apart):
    return asyncio.run(_two_bureaus(apart.url))


@pytest.fixture
def broken(apart, bureaus):
    """The first of the two bureaus, its books broken for as long as the test takes."""
    asyncio.run(_hold(apart.owner_url, bureaus[0], 7))
    yield bureaus[0]
    asyncio.run(_hold(apart.owner_url, bureaus[0], 0))


def test_sound_books_of_every_bureau_end_with_0(vouchermarket, apart, bureaus):
    ended = vouchermarket("ledger", "verify", on=apart)
    assert ended.code == 0
    assert "BROKEN" not in ended.out
    assert ended.out.count("events not sealed yet") == 2
    assert all(f"({_code(bureau)})" in ended.out for bureau in bureaus)


def test_broken_books_of_one_bureau_end_with_1(vouchermarket, apart, broken):
    ended = vouchermarket("ledger", "verify", on=apart)
    assert ended.code == 1
    [line] = [line for line in ended.out.splitlines() if "BROKEN" in line]
    assert line.split()[:2] == ["I4", "BROKEN"]
    assert "1 broken" in line


def test_one_bureau_may_be_asked_for(vouchermarket, apart, bureaus, broken):
    assert vouchermarket("ledger", "verify", "--bureau", _code(broken), on=apart).code == 1
    sound = vouchermarket("ledger", "verify", "--bureau", _code(bureaus[1]), on=apart)
    assert sound.code == 0
    assert _code(broken) not in sound.out


def test_a_bureau_nobody_knows_is_refused(vouchermarket, apart, bureaus):
    ended = vouchermarket("ledger", "verify", "--bureau", "nowhere", on=apart)
    assert ended.code == 2
    assert ended.refusal == "not_found"


def test_json_lists_each_bureau_with_its_twelve_findings(vouchermarket, apart, bureaus, broken):
    ended = vouchermarket("ledger", "verify", "--json", on=apart)
    assert ended.code == 1
    found = {checked["bureau"]: checked for checked in json.loads(ended.out)}
    assert set(found) == {_code(bureau) for bureau in bureaus}
    for checked in found.values():
        assert set(checked) == {"bureau", "name", "unsealed_events", "findings"}
        assert [finding["code"] for finding in checked["findings"]] == [f"I{n}" for n in range(1, 13)]
        assert all(
            set(finding) == {"code", "promise", "checked", "broken"} for finding in checked["findings"]
        )
        assert checked["unsealed_events"] == 1
    red = {
        finding["code"]: finding["broken"]
        for finding in found[_code(broken)]["findings"]
        if finding["broken"]
    }
    assert red == {"I4": 1}
