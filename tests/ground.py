"""The ground a bench stands on: a durable cluster of its own, pgbench beside it, and the line it prints."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

import factories
from vouchermarket.kit import embedded, schema
from vouchermarket.kit.db import Database
from vouchermarket.kit.embedded import OWNER_ROLE, Cluster
from vouchermarket.kit.embedded.programs import find_programs, system_user
from vouchermarket.policies import operations as policies
from vouchermarket.policies import queries as policy_queries
from vouchermarket.policies.queries import InForce

PACK = Path(__file__).parents[1] / "seeds" / "zhuzhou-2014" / "pack.toml"
_TPC_B = "tpc_b"


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """A migrated database on a server that keeps its promises: what is committed has reached the disk."""
    folder = Path(tempfile.mkdtemp(prefix="vouchermarket-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        cluster = embedded.start(folder)
        schema.upgrade(cluster.owner_url)
        yield cluster
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def tpc_b(cluster: Cluster, *, clients: int = 32, seconds: int = 10) -> float:
    """Transactions a second of pgbench's TPC-B on the same server, prepared, as the books' owner."""
    folder = cluster.socket_dir.parent
    programs = find_programs(folder, system_user(folder))
    asked = ["--host", str(cluster.socket_dir), "--username", OWNER_ROLE]
    beside = embedded.create_database(cluster, _TPC_B)
    with connected(beside.owner_url) as connection:
        is_made = connection.execute("SELECT to_regclass('pgbench_accounts') IS NOT NULL").fetchone() == (
            True,
        )
    if not is_made:
        # As many branches as clients: with fewer they would wait for each other, which is not the question.
        programs.must("pgbench", *asked, "--initialize", "--quiet", "--scale", str(clients), _TPC_B)
    told = programs.must(
        "pgbench", *asked, "--protocol=prepared", "--no-vacuum", "--jobs=2",
        f"--client={clients}", f"--time={seconds}", _TPC_B,
    )  # fmt: skip
    [line] = [line for line in told.splitlines() if line.startswith("tps = ")]
    return float(line.split()[2])


def connected(url: str) -> psycopg.Connection:
    """A plain connection beside the application."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def tell(scenario: str, per_second: float, ratio: float | None, **more: object) -> None:
    """Print what was measured."""
    line = {"scenario": scenario, "per_second": round(per_second), "ratio": ratio and round(ratio, 2), **more}
    print(json.dumps(line, ensure_ascii=False), flush=True)


async def make_city(database: Database) -> tuple[factories.City, InForce]:
    """A small city with the Zhuzhou pack in force."""
    city = await factories.make_city(database, await factories.make_bureau(database))
    first, second = city.officers["teacher_office"]
    async with database.transaction(city.bureau_id) as session:
        version_id = await policies.propose(session, first, PACK.read_text("utf-8"), now=factories.NOW)
        await policies.decide(session, second, version_id, approve=True, now=factories.NOW)
        return city, await policy_queries.in_force(session, city.bureau_id, factories.TODAY)
