"""`vouchermarket migrate`: from nothing to the newest schema, and whether the two still agree."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text

from apart import further_database
from vouchermarket.kit import schema


@pytest.fixture
def fresh():
    with further_database(migrated=False) as cluster:
        yield cluster


def test_a_fresh_database_is_brought_to_the_newest_schema_and_stays_there(vouchermarket, fresh):
    asked = vouchermarket("migrate", "--check", on=fresh)
    assert asked.code == 1
    assert "'transfer'" in asked.out
    first = vouchermarket("migrate", on=fresh)
    assert (first.code, first.out) == (0, f"empty -> {schema.newest()}\n")
    second = vouchermarket("migrate", on=fresh)
    assert (second.code, second.out) == (0, f"{schema.newest()} -> {schema.newest()}\n")
    asked = vouchermarket("migrate", "--check", on=fresh)
    assert (asked.code, asked.out) == (0, "")


def test_check_tells_what_is_missing(vouchermarket, fresh):
    assert vouchermarket("migrate", on=fresh).code == 0
    engine = create_engine(fresh.owner_url)
    for number, missing in enumerate(
        (
            "ALTER TABLE booking DROP CONSTRAINT booking_bureau_id_person_id_fkey",
            "DROP INDEX transfer_resolves_id_key",
            "ALTER TABLE voucher DROP COLUMN frozen_reason",
        ),
        start=1,
    ):
        with engine.begin() as connection:
            connection.execute(text(missing))
        asked = vouchermarket("migrate", "--check", on=fresh)
        assert asked.code == 1
        assert len(asked.out.splitlines()) == number
    engine.dispose()


def test_check_knows_every_table_in_a_process_of_its_own(apart):
    """A table is known once its module is imported: here nobody else has imported any."""
    environment = {**os.environ, "DATABASE_URL": apart.url, "DATABASE_OWNER_URL": apart.owner_url}
    program = [sys.executable, "-c", "from vouchermarket.cli import main; main()", "migrate", "--check"]
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_commands_refuse_a_database_that_was_not_migrated(vouchermarket, fresh):
    for command in (("ledger", "verify"), ("trace", "00000000-0000-0000-0000-000000000000"), ("work",)):
        ended = vouchermarket(*command, on=fresh)
        assert ended.code == 2
        assert ended.refusal == "schema_behind"
        assert "The database is at nothing" in ended.err
        assert "remedy: Run vouchermarket migrate first" in ended.err
