"""`make fuzz`: requests generated from our own OpenAPI, in three phases, against a real server.

Prints how many there were. Fails for a 5xx, an answer that is not described, and one of another shape.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fuzz import city

CASES_MIN = 20_000
# The same requests each time, unless another seed is told.
SEED = 20140303
KINDS = {"ServerError": "x 5xx", "UndefinedStatusCode": "undocumented"}
# What is asked of every answer.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
# Each is one process; two at a time. About 160 routes: one more example is 160 cases more, in either half.
FUZZING = ["--phases", "fuzzing", "--max-examples"]
JOBS: dict[str, list[str]] = {
    "coverage": ["--phases", "examples,coverage"],
    "fuzzing": [*FUZZING, "45"],
    "fuzzing-2": [*FUZZING, "45"],
    "stateful": ["--phases", "stateful", "--max-examples", "300"],
}


def _told(name: str, address: str, folder: Path, seed: int) -> list[str]:
    return [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(Path(__file__).with_name("schemathesis.toml")),
        "run",
        f"{address}/schema/openapi.json",
        *JOBS[name],
        "--checks",
        ",".join(CHECKS),
        "--continue-on-failure",
        "--no-shrink",
        "--suppress-health-check=all",
        "--warnings=off",
        "--generation-database=none",
        "--request-timeout=20",
        "--no-color",
        # Two jobs of one kind do not ask the same.
        f"--seed={seed + list(JOBS).index(name)}",
        "--report=json",
        f"--report-json-path={folder / name}.json",
    ]


def _run(name: str, address: str, folder: Path, seed: int, environment: Mapping[str, str]) -> dict[str, Any]:
    begun = time.monotonic()
    with (folder / f"{name}.log").open("wb") as log:
        code = subprocess.run(
            _told(name, address, folder, seed), env=environment, stdout=log, stderr=log, check=False
        )
    report = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    report["seconds"], report["code"] = int(time.monotonic() - begun), code.returncode
    return report


def main() -> int:
    """The exit status: 0 where nothing was found and there was enough to find it in."""
    seed = int(os.environ.get("FUZZ_SEED", SEED))
    names = sys.argv[1:] or list(JOBS)
    with tempfile.TemporaryDirectory(prefix="vouchermarket-fuzz-") as made, city.database() as url:
        folder = Path(made)
        built = city.written(asyncio.run(city.build(url)), folder)
        environment = os.environ | {
            "FUZZ_CITY": str(built),
            "FUZZ_SEED": str(seed),
            "SCHEMATHESIS_HOOKS": "fuzz.hooks",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        with city.served(url, folder) as address, ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(_run, name, address, folder, seed, environment) for name in names]
            reports = {name: each.result() for name, each in zip(names, asked, strict=True)}
        return judged(reports, folder, seed)


def judged(reports: dict[str, dict[str, Any]], folder: Path, seed: int) -> int:
    """Print what was asked and found; gives the exit status."""
    cases, found = 0, Counter[str]()
    for name, report in reports.items():
        cases += report["test_cases"]["generated"]
        print(f"{name}: {report['test_cases']['generated']} cases in {report['seconds']} s")
        for failure in report["failures"]:
            found[KINDS.get(failure["type"], "otherwise wrong")] += failure["count"]
        if report["code"]:
            print((folder / f"{name}.log").read_text(encoding="utf-8"))
    told = ", ".join(f"{found[kind]} {kind}" for kind in [*KINDS.values(), "otherwise wrong"])
    print(f"schemathesis: {cases} cases, {told} (FUZZ_SEED={seed})")
    if cases < CASES_MIN:
        print(f"These are too few: {CASES_MIN} are wanted.")
    return int(any(report["code"] for report in reports.values()) or cases < CASES_MIN)


if __name__ == "__main__":
    sys.exit(main())
