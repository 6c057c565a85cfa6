"""`Idempotency-Key` over HTTP: the same request has its effect once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar, Response, post
from litestar.params import JSONBody
from sqlalchemy import func, select

from factories import NOW, City
from vouchermarket.identity import operations
from vouchermarket.identity.structs import AddPerson
from vouchermarket.identity.tables import person
from vouchermarket.kit import keys
from vouchermarket.web import given

pytestmark = pytest.mark.own_app

ONE = {"code": "k-00001", "name": "赵六", "sex": "male", "born_on": "1980-01-01", "joined_on": "2002-09-01"}
OTHER = {**ONE, "code": "k-00002"}


class Made(msgspec.Struct):
    id: UUID


@post("/api/v1/once", verb="change_roster", include_in_schema=False)
async def add_once(data: JSONBody[AddPerson], once: given.Once) -> Response[Made]:
    """A verb of the roster as the routes of money and seats will carry theirs."""
    return await once(operations.add_person, data)


@pytest.fixture
async def keeper(app: Litestar, visit, city: City) -> httpx.AsyncClient:
    app.register(add_once)
    return await visit.program(city.officer("administrator"))


async def people(database, city: City) -> int:
    async with database.transaction(city.bureau_id) as session:
        counted = select(func.count()).where(person.c.bureau_id == city.bureau_id, person.c.code.like("k-%"))
        return (await session.execute(counted)).scalar_one()


async def test_the_same_key_and_body_give_the_first_answer_again(keeper, database, city: City) -> None:
    headers = {"idempotency-key": "a-1"}
    first = await keeper.post("/once", json=ONE, headers=headers)
    second = await keeper.post("/once", json=ONE, headers=headers)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert await people(database, city) == 1


async def test_the_same_key_with_another_body_is_refused(keeper, database, city: City) -> None:
    headers = {"idempotency-key": "a-1"}
    await keeper.post("/once", json=ONE, headers=headers)
    answer = await keeper.post("/once", json=OTHER, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert await people(database, city) == 1


async def test_a_refusal_is_not_kept_under_its_key(keeper, database, city: City) -> None:
    await keeper.post("/once", json=ONE, headers={"idempotency-key": "a-1"})
    refused = await keeper.post("/once", json=ONE, headers={"idempotency-key": "a-2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "code_taken")
    assert (await keeper.post("/once", json=OTHER, headers={"idempotency-key": "a-2"})).status_code == 201


@pytest.mark.parametrize("key", [None, b"", b" ", b"a b", b"x" * 201, b"\xff", "编号".encode(), b"a\x7f"])
async def test_a_request_without_a_readable_key_is_refused(keeper, database, city: City, key) -> None:
    headers = [] if key is None else [(b"idempotency-key", key)]
    answer = await keeper.post("/once", json=ONE, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_missing")
    assert await people(database, city) == 0


async def test_a_key_belongs_to_its_person(keeper, app: Litestar, visit, city: City, database) -> None:
    """Nobody takes another's key, and nobody learns by one that another was used."""
    await keeper.post("/once", json=ONE, headers={"idempotency-key": "a-1"})
    async with database.transaction(city.bureau_id) as session:
        stored = (
            await session.execute(
                select(keys.request_key.c.key).where(keys.request_key.c.bureau_id == city.bureau_id)
            )
        ).scalars()
        assert list(stored) == [f"{city.officer('administrator').person_id}:a-1"]


async def test_twenty_at_once_have_one_effect(keeper, database, city: City) -> None:
    answers = await asyncio.gather(
        *(keeper.post("/once", json=ONE, headers={"idempotency-key": "a-1"}) for _ in range(20))
    )
    made = {answer.content for answer in answers if answer.status_code == 201}
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert len(made) == 1
    assert others <= {"key_in_flight"}
    assert await people(database, city) == 1
    again = await keeper.post("/once", json=ONE, headers={"idempotency-key": "a-1"})
    assert again.content in made


async def test_a_key_is_forgotten_after_seven_days(keeper, database, city: City) -> None:
    await keeper.post("/once", json=ONE, headers={"idempotency-key": "a-1"})
    async with database.transaction(city.bureau_id) as session:
        assert await keys.sweep(session, city.bureau_id, NOW + timedelta(days=7)) == 0
        assert await keys.sweep(session, city.bureau_id, NOW + timedelta(days=7, seconds=1)) == 1
