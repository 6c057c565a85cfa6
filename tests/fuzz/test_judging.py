"""The step that counts generated requests is red where it has to be."""

from pathlib import Path
from typing import Any

import pytest

from fuzz.__main__ import CASES_MIN, judged


def report(cases: int, *failures: str) -> dict[str, Any]:
    """What one job says of itself."""
    return {
        "test_cases": {"generated": cases},
        "failures": [{"type": failure, "count": 1} for failure in failures],
        "seconds": 1,
        "code": int(bool(failures)),
    }


@pytest.mark.parametrize(
    ("reports", "status", "told"),
    [
        ([report(CASES_MIN - 1), report(1)], 0, f"{CASES_MIN} cases, 0 x 5xx, 0 undocumented, 0 otherwise"),
        ([report(CASES_MIN - 1)], 1, "too few"),
        ([report(CASES_MIN, "ServerError")], 1, "1 x 5xx, 0 undocumented"),
        ([report(CASES_MIN, "UndefinedStatusCode")], 1, "0 x 5xx, 1 undocumented"),
        ([report(CASES_MIN, "JsonSchemaError")], 1, "1 otherwise wrong"),
    ],
)
def test_too_few_requests_and_any_fault_are_red(
    reports: list[dict[str, Any]], status: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {str(number): each for number, each in enumerate(reports)}
    for name in named:
        (tmp_path / f"{name}.log").write_text("what was found")
    assert judged(named, tmp_path, 1) == status
    assert told in capsys.readouterr().out
