"""`vouchermarket policy`: the keys it prints, its exit codes, and what it says of hostile files (S16)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from policies.cases import SEED, TEXT
from policies.test_document import TABLE_1
from vouchermarket.cli.policy import command

PERSON = {
    "id": "t1",
    "born_on": "1975-05-01",
    "sex": "female",
    "joined_on": "2013-09-01",
    "posts": ["subject_teacher", "homeroom"],
    "tiers": [],
    "school": {"is_direct": True},
}
ENTRY = {
    "type": "school_based",
    "amount": "13",
    "unit": "credit",
    "on": "2014-05-30",
    "term": "2014-1",
    "mode": "school_based",
    "level": "school",
    "evidence_complete": True,
    "status": "approved",
}
TEACHER = {"person": PERSON, "entries": [ENTRY]}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


def written(folder: Path, value: Any, name: str = "teacher.json") -> Path:
    path = folder / name
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return path


def evaluated(path: Path, *more: str) -> Result:
    return run("evaluate", SEED, path, "--as-of", "2015-06-30", *more)


def test_s16_evaluate_prints_these_keys(tmp_path: Path) -> None:
    result = evaluated(written(tmp_path, TEACHER), "--json")
    assert result.exit_code == 0
    verdict = json.loads(result.output)
    assert list(verdict) == [
        "person", "as_of", "years", "cycles", "obligations", "entries", "may_graduate", "findings",
    ]  # fmt: skip
    assert verdict["years"] == [
        {"year": 2013, "counted": "0", "at_least": "72", "met": False, "rule": "ZZ-A19"},
        {"year": 2014, "counted": "12", "at_least": "72", "met": False, "rule": "ZZ-A19"},
        {"year": 2015, "counted": "0", "at_least": "72", "met": False, "rule": "ZZ-A19", "closed": False},
    ]
    (cycle,) = verdict["cycles"]
    mandatory = cycle.pop("mandatory")
    assert cycle == {"code": "2009-2015", "counted": "12", "at_least": "450", "met": False, "rule": "ZZ-A10"}
    assert mandatory[0] == {
        "code": "school_based",
        "type": "school_based",
        "counted": "12",
        "at_least": "120",
        "met": False,
        "rule": "ZZ-A08",
    }
    assert [row["code"] for row in mandatory] == ["school_based", "ed_tech"]
    homeroom = verdict["obligations"][-1]
    assert homeroom == {
        "code": "homeroom",
        "unit": "hour",
        "from": "2010-07-01",
        "to": "2015-07-01",
        "counted": "0",
        "at_least": "30",
        "met": False,
        "rule": "ZZ-A06",
    }
    assert verdict["entries"] == [{"index": 0, "counted": "12", "why": "cap_per_term"}]
    assert verdict["may_graduate"] is False
    assert verdict["findings"][0] == {
        "rule": "ZZ-A19",
        "text": "2013: 0 < 72",
        "remedy": "72 more credits in 2013",
    }


def test_s16_people_read_the_same_in_lines(tmp_path: Path) -> None:
    path = written(tmp_path, TEACHER)
    result = evaluated(path)
    assert result.output.splitlines()[0] == "t1 as of 2015-06-30: may graduate: no"
    assert "2015: 0 of 72, met: no, not closed yet [ZZ-A19]" in result.output
    assert "entry 0: counts 12, cap_per_term" in result.output
    assert "2014年还需60学分" in evaluated(path, "--language", "zh").output
    excused = {"person": PERSON | {"exemptions": [LEAVE]}, "entries": []}
    assert "2014: 0 of 72, met: yes, exempted" in evaluated(written(tmp_path, excused)).output


def test_s16_school_and_funding_exit_0_whatever_they_find(tmp_path: Path) -> None:
    roll = {"school": {"id": "s1"}, "teachers": [{"id": "t1", "counted": "65"}]}
    path = written(tmp_path, roll, "school.json")
    found = run("school", SEED, path, "--year", "2014", "--json")
    assert (found.exit_code, json.loads(found.output)["share"]) == (0, "1.0000")
    assert "triggered: yes\n  no_honours" in run("school", SEED, path, "--year", "2014").output
    budget = {"year": 2014, "payroll_fen": 100000000, "training_from_payroll_fen": 1400000}
    path = written(tmp_path, budget, "budget.json")
    found = run("funding", SEED, path, "--json")
    assert found.exit_code == 0
    assert json.loads(found.output) == {
        "findings": [
            {
                "rule": "ZZ-A17",
                "measure": "payroll_share",
                "share": "0.0140",
                "at_least": "0.0150",
                "at_most": None,
                "verdict": "below_floor",
                "text": "payroll_share: 1.4 %, below 1.5 %",
            }
        ]
    }
    assert run("funding", SEED, path).output == ("[ZZ-A17] below_floor: payroll_share: 1.4 %, below 1.5 %\n")


def test_show_renders_table_1_tab_separated() -> None:
    result = run("show", SEED, "--table", "credit")
    assert (result.exit_code, result.output) == (0, TABLE_1 + "\n")
    assert json.loads(run("show", SEED, "--table", "credit", "--json").output)[1][1] == "校本培训"


def test_show_lists_every_row_with_its_clause() -> None:
    lines = run("show", SEED).output.splitlines()
    assert any(line.startswith('ZZ-A19\trequirement[3]\t{"code": "year"') for line in lines)
    assert any(line.endswith("sets aside ZZ-B07") for line in lines)
    rows = json.loads(run("show", SEED, "--json").output)["rows"]
    assert len(rows) == len(lines) - 1
    tiers = [row["fields"] for row in rows if row["path"].startswith("attendance_tier")]
    assert tiers[0] == {"at_least": "0.8000", "share": "1.0000"}


def test_check_says_what_it_went_through(tmp_path: Path) -> None:
    assert "52 rules cited, no fault" in run("check", SEED).output
    answer = json.loads(run("check", SEED, "--json").output)
    assert (answer["pack"], answer["rules"], answer["source"]) == ("zhuzhou-2014", 52, None)
    (tmp_path / "pack.toml").write_text(TEXT.replace("at_least", "at_leest", 1), encoding="utf-8")
    result = run("check", tmp_path)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == "pack.toml: requirement[0].at_leest: unknown field"


HOSTILE = {
    "not JSON": b"not json",
    "empty": b"",
    "NUL": b'{"person": \0}',
    "broken UTF-8": b'{"person": "\xff\xfe"}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep tables": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "5000 digits": b'{"person": ' + b"9" * 5_000 + b"}",
    "a list": b"[]",
    "NaN": b'{"person": NaN}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_exits_2_with_its_path(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, HOSTILE[name])
    result = evaluated(path, "--json")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{path}: ")
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


DECIMAL = 'expected a decimal in quotes such as "12" or "49.5"'
LEAVE = {"rule": "ZZ-A19", "from": "2014-01-01", "reason": "leave", "approved_by": "officer-1"}
EXEMPTED = {"exemptions": [LEAVE | {"to": "2014-01-01"}]}


def spoiled(**changes: Any) -> dict[str, Any]:
    return {"person": PERSON, "entries": [ENTRY | changes]}


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (spoiled(amount=12), f"entries[0].amount: {DECIMAL}, got a number"),
        (spoiled(amount=12.5), 'entries[0].amount: a decimal is written in quotes, such as "49.5"'),
        (spoiled(amount="9" * 30), f"entries[0].amount: no decimal that can be read: '{'9' * 30}'"),
        (spoiled(amount="-1"), "entries[0].amount: no decimal that can be read: '-1'"),
        (spoiled(amount="12.345"), "entries[0].amount: no decimal that can be read: '12.345'"),
        (spoiled(on="2014-13-01"), "entries[0].on: Invalid RFC3339 encoded date"),
        (spoiled(on="9999-12-31"), "entries[0].on: no day between 1900-01-01 and 2199-12-31"),
        (spoiled(term="2014-3"), "entries[0].term: Expected `str` matching regex '^[0-9]{4}-[12]$'"),
        (spoiled(type="dancing"), "entries[0].type: no such type: dancing"),
        (spoiled(status="maybe"), "entries[0].status: Invalid enum value 'maybe'"),
        (spoiled(document="a\0b"), "entries[0].document: holds a character that is no text"),
        (spoiled(document="\ud800"), "entries[0].document: holds a character that is no text"),
        (spoiled(extra=1), "entries[0].extra: unknown field"),
        (spoiled(名=1), "entries[0].名: unknown field"),
        (spoiled(term=None, mode="dancing"), "entries[0].mode: Invalid enum value 'dancing'"),
        ({"person": PERSON | {"facts": []}, "entries": []}, "person.facts: expected a table, got a list"),
        (spoiled(**{"a\nb": 1}), "entries[0].'a\\nb': unknown field"),
        ({"person": PERSON, "entries": {}}, "entries: expected a list, got a table"),
        ({"person": PERSON, "entries": [None]}, "entries[0]: expected a table, got nothing"),
        ({"entries": []}, "person: missing"),
        ({"person": PERSON | EXEMPTED, "entries": []}, "person.exemptions[0]: to: must be after from"),
    ],
)  # fmt: skip
def test_a_bad_value_exits_2_with_the_path_of_the_value(tmp_path: Path, value: Any, fault: str) -> None:
    path = written(tmp_path, value)
    result = evaluated(path)
    assert (result.exit_code, result.stderr) == (2, f"{path}: {fault}\n")


def test_a_key_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    body = json.dumps(TEACHER).replace('"amount": "13"', '"amount": "13", "amount": "14"').encode()
    path = written(tmp_path, body)
    assert evaluated(path).stderr == f"{path}: entries[0].amount: stands twice\n"


def test_a_file_that_is_not_there_or_too_large_exits_2(tmp_path: Path) -> None:
    assert evaluated(tmp_path / "none.json").stderr.startswith(f"{tmp_path}/none.json: cannot be read")
    assert evaluated(tmp_path).exit_code == 2
    assert "larger than 10 MB" in evaluated(written(tmp_path, b" " * (10 * 1024 * 1024 + 1))).stderr
    missing = run("show", tmp_path / "nowhere")
    assert (missing.exit_code, "nowhere/pack.toml: cannot be read" in missing.stderr) == (2, True)
    (tmp_path / "pack.toml").write_bytes(b"\xff")
    assert "is not UTF-8" in run("check", tmp_path).stderr


@pytest.mark.parametrize("day", ["2014-02-30", "20141231", "0001-01-01", "yesterday", "9999-12-31"])
def test_a_day_or_year_that_is_none_exits_2(tmp_path: Path, day: str) -> None:
    path = written(tmp_path, TEACHER)
    assert run("evaluate", SEED, path, "--as-of", day).exit_code == 2
    assert run("school", SEED, path, "--year", "99999").exit_code == 2


def test_the_command_never_loads_the_database() -> None:
    script = (
        "import sys; sys.argv = ['vouchermarket', 'policy', 'check', sys.argv[1]]\n"
        "from vouchermarket.cli import cli\n"
        "cli(standalone_mode=False)\n"
        "print(sorted({'sqlalchemy', 'psycopg', 'litestar', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(SEED)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
