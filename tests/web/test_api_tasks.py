"""Tasks over HTTP, by way of the first of them: the transfers of a period as an Excel file."""

import asyncio
import io
from datetime import date

import openpyxl
import pytest

from factories import City
from vouchermarket.jobs.tasks import Hands
from vouchermarket.kit.ids import new_id
from vouchermarket.reporting.queries import exports
from vouchermarket.tasks import operations as tasks
from web.learning import Learning
from web.market import PRICE_FEN, Desks, refused, told

YEAR = {"from_on": "2014-01-01", "to_on": "2015-01-01"}


@pytest.fixture
def desks(visit, city: City, database, policy) -> Desks:
    return Desks(visit, city, database)


@pytest.fixture
def learning(world, clock) -> Learning:
    return Learning(world, clock)


async def carried_out(desks: Desks, clock) -> None:
    async with desks.database.transaction(desks.city.bureau_id) as session:
        claimed = await tasks.claim(session, desks.city.bureau_id, now=clock())
    await Hands(desks.database, clock).carry_out(claimed, asyncio.Event())


async def exported(desks: Desks, clock, **period: str):
    office = await desks.at("finance_office")
    task_id = told(await office.post("/books/transfers/export", json=YEAR | period), 201)["id"]
    assert told(await office.get(f"/tasks/{task_id}"))["state"] == "waiting"
    await carried_out(desks, clock)
    task = told(await office.get(f"/tasks/{task_id}"))
    assert (task["state"], task["fault"]) == ("done", None)
    answer = await office.get(f"/files/{task['file_id']}")
    assert answer.status_code == 200
    return task, list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))


async def test_an_export_holds_every_transfer_and_its_sum(desks, learning, clock, monkeypatch) -> None:
    """Trust 47: in pages of three, count and total are the database's, codes are text."""
    monkeypatch.setattr("vouchermarket.jobs.tasks.PAGE", 3)
    await learning.settle()
    task, (_, *lines, footer) = await exported(desks, clock)
    async with desks.database.transaction(desks.city.bureau_id) as session:
        year = exports.ExportTransfers(date(2014, 1, 1), date(2015, 1, 1))
        kept = await exports.transfers(
            session, desks.city.bureau_id, year, "Asia/Shanghai", after=None, at_most=100
        )
    assert [(line[0], line[2], line[5]) for line in lines] == [
        (str(one.id), one.code, one.amount_fen) for one in kept
    ]
    total = sum(one.amount_fen for one in kept)
    assert (footer[0], footer[5]) == (f"合计 {len(kept)} 行", total)
    assert task["result"] == {"rows": len(kept), "amount_fen": total}
    assert (task["done"], task["total"]) == (len(kept), len(kept))
    assert PRICE_FEN in {line[5] for line in lines}
    assert all(isinstance(line[column], str) for line in lines for column in (0, 1, 2, 3, 4, 6, 7))


async def test_an_export_of_no_transfers_is_a_head_and_a_foot(desks, clock) -> None:
    _, rows = await exported(desks, clock, to_on="2014-01-02")
    assert len(rows) == 2
    assert (rows[1][0], rows[1][5]) == ("合计 0 行", 0)


async def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(
    desks, learning, clock, monkeypatch
) -> None:
    """Trust 46, where somebody managed to give an account such a code."""
    await learning.enrol()
    page = exports.transfers

    async def hostile(*told, **more):
        return [
            exports.ExportedTransfer(one.id, one.at, one.code, "=1+1", "\t@SUM(A1)", -5, one.document_id)
            for one in await page(*told, **more)
        ]

    monkeypatch.setattr(exports, "transfers", hostile)
    _, (_, first, *_) = await exported(desks, clock)
    assert first[3:6] == ("'=1+1", "'\t@SUM(A1)", -5)


async def test_ones_tasks_are_listed_newest_first_and_cancelled(desks, clock) -> None:
    office, other = await desks.at("finance_office"), await desks.at("finance_office", 1)
    first = told(await office.post("/books/transfers/export", json=YEAR), 201)["id"]
    clock.advance(minutes=1)
    second = told(await office.post("/books/transfers/export", json=YEAR), 201)["id"]
    assert [one["id"] for one in told(await office.get("/tasks"))] == [second, first]
    assert [one["id"] for one in told(await office.get("/tasks", params={"limit": 1, "offset": 1}))] == [
        first
    ]
    assert told(await other.get("/tasks")) == []
    for path in (f"/tasks/{first}", f"/tasks/{new_id()}"):
        refused(await other.get(path), 404, "not_found")
        refused(await other.post(f"{path}/cancel"), 404, "not_found")
    assert told(await office.post(f"/tasks/{first}/cancel"))["state"] == "cancelled"
    refused(await office.post(f"/tasks/{first}/cancel"), 409, "task_ended")


async def test_a_twenty_first_open_task_is_refused(desks) -> None:
    office = await desks.at("finance_office")
    for _ in range(20):
        told(await office.post("/books/transfers/export", json=YEAR), 201)
    refused(await office.post("/books/transfers/export", json=YEAR), 409, "tasks_waiting")
