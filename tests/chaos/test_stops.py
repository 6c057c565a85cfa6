"""What whoever watches over a server relies on: a stop is graceful, and health tells the truth by itself."""

import asyncio
import time

import httpx
import psycopg

from chaos.stock import stocked
from chaos.town import is_ready, town, until
from vouchermarket.catalogue.tables import run
from vouchermarket.kit.embedded import Cluster
from vouchermarket.kit.locks import lock_rows

# docs/trust.md 77 and 78.
STOPS_WITHIN_SECONDS = 10
GONE_WITHIN_SECONDS = 60
RECOVERS_WITHIN_SECONDS = 3


async def test_a_stop_finishes_the_requests_in_flight() -> None:
    """A booking that waits for the row of its run, which this test holds, is finished and answered."""
    async with town() as built, built.database() as database:
        scene = await stocked(database)
        server = built.begin("serve")
        await built.ready()
        async with httpx.AsyncClient(base_url=built.address, trust_env=False, timeout=20) as client:
            async with database.transaction(scene.bureau_id) as session:
                await lock_rows(session, run, scene.bureau_id, scene.runs[:1])
                headers = {"authorization": f"Bearer {scene.tokens[0]}", "idempotency-key": "in-flight"}
                body = {"run_id": str(scene.runs[0])}
                asked = asyncio.create_task(client.post("/api/v1/bookings", json=body, headers=headers))
                await _waits_for_a_lock(built.cluster)
                began = time.monotonic()
                ended = asyncio.create_task(server.ends(GONE_WITHIN_SECONDS))
                await asyncio.sleep(1)
                assert not asked.done()
            assert (await asked).status_code == 201
            assert time.monotonic() - began < STOPS_WITHIN_SECONDS
        # The processes themselves go when they have put everything away, which a busy machine draws out.
        assert await ended == 0
        took = time.monotonic() - began
    print(f"\nstop: a request that had to wait for 1 s was answered, the server gone after {took:.2f} s")


async def test_health_tells_that_the_database_is_gone_and_recovers_by_itself() -> None:
    async with town() as built:
        server = built.begin("serve")
        await built.ready()
        async with httpx.AsyncClient(base_url=built.address, trust_env=False, timeout=5) as client:
            built.kill_postmaster()
            # Its children leave when they notice: from then on nobody is told that all is well.
            async with asyncio.timeout(5):
                while await is_ready(client):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)
            gone = [await client.get("/health/ready", headers={"connection": "close"}) for _ in range(8)]
            assert {answer.status_code for answer in gone} == {503}
            assert {answer.json()["code"] for answer in gone} == {"busy"}
            assert (await client.get("/health/live")).status_code == 204
            await built.begin_postgres()
            began = time.monotonic()
            await built.ready(RECOVERS_WITHIN_SECONDS)
            took = time.monotonic() - began
            # Of both workers, each with a pool of its own.
            back = [await client.get("/health/ready", headers={"connection": "close"}) for _ in range(16)]
            assert {answer.status_code for answer in back} == {204}
        assert server.is_alive
    print(f"\nhealth: ready again {took:.2f} s after the database")


async def _waits_for_a_lock(cluster: Cluster) -> None:
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with psycopg.connect(cluster.superuser_url.replace("+psycopg", "", 1), autocommit=True) as looks:
        await until(lambda: looks.execute(waits).fetchone() != (0,))
