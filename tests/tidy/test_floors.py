"""The floors of pyproject.toml: they hold, they are all there, and they catch what they should."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tidy.source import PACKAGE, ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def floors() -> list[str]:
    named = next(contract["layers"] for contract in CONTRACTS if contract["name"] == "floors")
    return [slice_.strip() for layer in named for slice_ in layer.split("|")]


def lint(folder: Path, package: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    command += ["--config", str(ROOT / "pyproject.toml")]
    environment = {**os.environ, "PYTHONPATH": str(package)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_nothing_imports_upwards() -> None:
    done = lint(ROOT, PACKAGE.parent)
    assert done.returncode == 0, done.stdout


def test_every_floor_stands_and_says_what_it_is_for() -> None:
    for floor in floors():
        places = [PACKAGE / floor / "__init__.py", PACKAGE / f"{floor}.py"]
        written = [place.read_text() for place in places if place.exists()]
        assert written, floor
        assert written[0].startswith('"""'), floor


def test_the_contracts_catch_a_wrong_import_of_every_kind(tmp_path: Path) -> None:
    stub(tmp_path)
    assert lint(tmp_path, tmp_path).returncode == 0, lint(tmp_path, tmp_path).stdout

    (tmp_path / "vouchermarket/ledger/operations.py").write_text("import vouchermarket.booking.rules\n")
    (tmp_path / "vouchermarket/booking/rules.py").write_text("import sqlalchemy\n")
    (tmp_path / "vouchermarket/vouchers/queries.py").write_text("import litestar\n")
    done = lint(tmp_path, tmp_path)

    assert done.returncode == 1
    for contract in CONTRACTS:
        assert f"{contract['name']} BROKEN" in done.stdout


def stub(folder: Path) -> None:
    """The house with empty rooms, to break in peace."""
    for floor in floors():
        place = folder / "vouchermarket" / floor
        place.mkdir(parents=True)
        (place / "__init__.py").touch()
    (folder / "vouchermarket/__init__.py").touch()
    for name in ("kit/db", "ledger/operations", "booking/rules", "vouchers/queries"):
        (folder / f"vouchermarket/{name}.py").touch()
