"""Writes docs/refusals.md from the classes: `python -m vouchermarket.cli.refusals > docs/refusals.md`."""

import importlib
import pkgutil
import sys

import vouchermarket
from vouchermarket.kit.refusal import Refusal, every_refusal

_HEAD = """# Refusals

Written by `make refusals` from the classes, in the order of their codes. Each is the promised answer to one
"no": what happened, the clause it rests on, and what would change the answer.

| code | kind | clause | 中文 | English |
|---|---|---|---|---|
"""


def gather() -> list[type[Refusal]]:
    """Every refusal of the package, by code. Imports all of it but migrations and entry points."""
    for found in pkgutil.walk_packages(vouchermarket.__path__, "vouchermarket."):
        if not found.name.startswith("vouchermarket.migrations") and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    return [refusal for refusal in every_refusal() if refusal.__module__.startswith("vouchermarket.")]


def page() -> str:
    """The whole document."""
    return _HEAD + "".join(_line(refusal) for refusal in gather())


def _line(refusal: type[Refusal]) -> str:
    cells = (
        f"`{refusal.code}`",
        refusal.kind.value,
        refusal.clause or "–",
        f"{refusal.zh}。{refusal.remedy_zh}",
        f"{refusal.en}. {refusal.remedy_en}",
    )
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
