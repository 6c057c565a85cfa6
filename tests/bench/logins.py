"""What others wait while twenty people log in at once, over HTTP in one process.

`make bench` prints one JSON line: `p99_ms` is the wait of somebody who reads the catalogue over and over
meanwhile (aim: below 150 ms), `alone_p99_ms` the same with nobody at the door, `ratio` the one by the other.
"""

import asyncio
import json
import os
import time

import httpx

import factories
from apart import further_database
from vouchermarket.app import create_app
from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries
from vouchermarket.identity.structs import Actor, MakeToken, SetPassword
from vouchermarket.kit.db import Database
from web.settings_of import settings

AT_ONCE = 20
ROUNDS = 10
PASSWORD = "春天里的第一场雨"


async def give_passwords(database: Database, city: factories.City) -> list[dict[str, str]]:
    """Twenty people who can log in."""
    keeper: Actor = city.officer("administrator")
    people = [one for teachers in city.teachers.values() for one in teachers]
    people = (people + [one for officers in city.officers.values() for one in officers])[:AT_ONCE]
    users = [{"username": f"user{number}", "password": PASSWORD} for number in range(len(people))]
    for one, user in zip(people, users, strict=True):
        command = SetPassword(person_id=one.person_id, **user)
        await identity.set_password(database, keeper, command, now=factories.NOW)
    return users


async def waits_of(client: httpx.AsyncClient, meanwhile: "asyncio.Future[object]") -> list[float]:
    """What each reading took, in seconds, for as long as something goes on."""
    waits = []
    while not meanwhile.done():
        began = time.perf_counter()
        (await client.get("/organisations?limit=10")).raise_for_status()
        waits.append(time.perf_counter() - began)
    return waits


def p99_ms(waits: list[float]) -> float:
    return round(sorted(waits)[len(waits) * 99 // 100] * 1000, 1)


async def main(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    database = Database(url)
    city = await factories.make_city(database, await factories.make_bureau(database))
    users = await give_passwords(database, city)
    async with database.transaction(city.bureau_id) as session:
        made = MakeToken(label="b")
        token = (await identity.make_token(session, city.teacher(), made, now=factories.NOW)).token
        code = (await queries.bureau(session, city.bureau_id)).code
    app = create_app(settings(), lambda: factories.NOW)
    base, transport = f"http://market.test/{code}/api/v1", httpx.ASGITransport(app)
    async with (
        httpx.AsyncClient(transport=transport, base_url=base) as door,
        httpx.AsyncClient(
            transport=transport, base_url=base, headers={"authorization": f"Bearer {token}"}
        ) as reader,
    ):
        alone = await waits_of(reader, asyncio.ensure_future(asyncio.sleep(3)))
        waits, began = [], time.perf_counter()
        for _ in range(ROUNDS):
            logins = asyncio.gather(*(door.post("/login", json=user) for user in users))
            waits += await waits_of(reader, logins)
            assert {answer.status_code for answer in logins.result()} == {200}
        took = time.perf_counter() - began
    line = {
        "scenario": f"{AT_ONCE} logins at once",
        "per_second": round(ROUNDS * AT_ONCE / took),
        "ratio": round(p99_ms(waits) / p99_ms(alone), 2),
        "p99_ms": p99_ms(waits),
        "alone_p99_ms": p99_ms(alone),
        "readings": len(waits),
    }
    print(json.dumps(line), flush=True)
    await app.state.database.close()
    await database.close()


if __name__ == "__main__":
    os.environ.setdefault("DATABASE_URL", "postgresql:///")
    with further_database() as cluster:
        asyncio.run(main(cluster.url))
