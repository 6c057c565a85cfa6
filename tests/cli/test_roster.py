"""`vouchermarket roster`: exit 2 and a line a fault, or what it changed; the export is read back."""

import asyncio
import os

import pytest

from factories import make_bureau, make_city
from identity.rosters import a_teacher, people_file
from vouchermarket.identity import queries
from vouchermarket.identity.queries import imports as exports
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id


async def _city():
    database = Database(os.environ["DATABASE_URL"])
    city = await make_city(database, await make_bureau(database))
    async with database.transaction(city.bureau_id) as session:
        bureau = await queries.bureau(session, city.bureau_id)
        people = await exports.standing_people(session, city.bureau_id)
        bodies = await exports.standing_bodies(session, city.bureau_id)
    await database.close()
    keeper = city.officer("administrator").person_id
    by = next(code for code, one in people.items() if one.id == keeper)
    teacher = next(code for code, one in people.items() if one.id == city.teacher().person_id)
    school = next(code for code, one in bodies.items() if one.id == city.bodies["school_a"])
    return bureau.code, by, teacher, school


@pytest.fixture
def place():
    return asyncio.run(_city())


@pytest.fixture
def roster(vouchermarket, place):
    def run(verb, file, *more, by=None):
        return vouchermarket("roster", verb, str(file), "--bureau", place[0], "--by", by or place[1], *more)

    return run


def test_a_file_is_checked_applied_and_changes_nothing_again(roster, place, tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes(people_file([a_teacher(n, place[3]) for n in range(3)]).decode().encode("gb18030"))
    told = "3 changes: 3 added, 0 changed, 0 as before (read as gb18030)\n"
    assert [(ended.code, ended.out) for ended in (roster("check", file), roster("apply", file))] == [
        (0, told),
        (0, told),
    ]
    assert roster("apply", file).out == "0 changes: 0 added, 0 changed, 3 as before (read as gb18030)\n"


@pytest.mark.parametrize("verb", ["check", "apply"])
def test_each_fault_is_a_line_and_the_command_ends_with_2(roster, place, tmp_path, verb):
    file = tmp_path / "people.csv"
    rows = [a_teacher(n, place[3]) for n in range(300)]
    rows[4] |= {"sex": "x", "born_on": "1980-13-01"}
    file.write_bytes(people_file(rows))
    ended = roster(verb, file)
    assert ended.code == 2
    assert ended.err.splitlines() == [
        "row 6, born_on: date_not_readable: found '1980-13-01', expected a date such as 2014-03-01",
        "row 6, sex: choice_unknown: found 'x', expected female | male",
    ]
    file.write_bytes(people_file([row | {"sex": "x"} for row in rows]))
    assert roster(verb, file).err.splitlines()[200:] == ["and 101 faults more"]


def test_the_rows_without_fault_are_applied_where_that_is_chosen(roster, place, tmp_path):
    file = tmp_path / "people.csv"
    rows = [a_teacher(n, place[3]) for n in range(3)]
    file.write_bytes(people_file([*rows, a_teacher(3, place[3], sex="x")]))
    ended = roster("apply", file, "--on-fault", "others")
    assert (ended.code, ended.out) == (2, "3 changes: 3 added, 0 changed, 0 as before (read as utf-8)\n")
    assert ended.err == "row 5, sex: choice_unknown: found 'x', expected female | male\n"


@pytest.mark.parametrize("name", ["people.csv", "people.xlsx"])
def test_an_export_is_read_back(roster, tmp_path, name):
    file = tmp_path / name
    assert roster("export", file, "--reason", "年度核对").out == "43 rows\n"
    assert roster("apply", file).out.startswith("0 changes: 0 added, 0 changed, 43 as before")


@pytest.mark.parametrize("reason", [(), ("--reason", "  "), ("--reason", "两\n行")])
def test_a_table_that_names_people_goes_out_for_a_reason_only(roster, tmp_path, reason):
    file = tmp_path / "people.csv"
    ended = roster("export", file, *reason)
    assert (ended.code, "needs --reason" in ended.err, file.exists()) == (2, True, False)
    bodies = roster("export", tmp_path / "bodies.csv", "--table", "organisations", *reason)
    assert bodies.code == 0


def test_a_file_too_large_is_refused_before_it_is_read(roster, tmp_path, monkeypatch):
    file = tmp_path / "people.csv"
    with file.open("wb") as opened:
        opened.truncate(200_000_000)
    monkeypatch.setattr(type(file), "read_bytes", None)
    ended = roster("apply", file)
    assert (ended.code, ended.refusal) == (2, "table_too_large")


def test_only_the_keeper_of_the_roster_of_a_bureau_there_is_imports(roster, place, vouchermarket, tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes(people_file([a_teacher(1, place[3])]))
    assert roster("apply", file, by=place[2]).refusal == "role_not_allowed"
    assert roster("apply", file, by="nobody").refusal == "not_found"
    nowhere = vouchermarket("roster", "apply", str(file), "--bureau", "nowhere", "--by", place[1])
    assert nowhere.refusal == "not_found"


def test_the_sheet_of_a_run_needs_its_run(roster, tmp_path):
    file = tmp_path / "completions.csv"
    file.write_bytes("工号,证明材料".encode())
    told = roster("check", file, "--table", "completions")
    assert (told.code, "needs --run" in told.err) == (2, True)
    unknown = roster("check", file, "--table", "completions", "--run", str(new_id()))
    assert unknown.refusal == "role_not_allowed"
