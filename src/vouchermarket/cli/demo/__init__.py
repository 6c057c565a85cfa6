"""`vouchermarket demo`: an invented city lives one school year, and the books are proved."""

import asyncio
import sys
import time

import click

from vouchermarket.cli.demo.report import Figures, figures, show
from vouchermarket.cli.demo.year import live
from vouchermarket.cli.opening import addresses, opened
from vouchermarket.kit import schema
from vouchermarket.settings import from_environment

DATABASE = "vouchermarket_demo"


@click.command(name="demo")
@click.option("--pack", default="zhuzhou-2014", show_default=True, help="A folder of seeds/.")
@click.option("--teachers", default=600, show_default=True, type=click.IntRange(50, 100_000))
@click.option("--year", default=2014, show_default=True, type=click.IntRange(2014, 2030))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, progress on stderr.")
def command(pack: str, teachers: int, year: int, as_json: bool) -> None:
    """Run a school year through the operations; exit 1 if the books do not balance.

    On the embedded PostgreSQL it takes a fresh database of its own each time; on DATABASE_URL a new bureau.
    """
    settings = from_environment()
    seeds = settings.seeds_dir / pack
    if not (seeds / "pack.toml").is_file():
        raise click.BadParameter(f"{seeds} holds no pack.toml", param_hint="--pack")
    began = time.monotonic()

    async def lived(url: str) -> Figures:
        async with opened(url) as database:
            code = f"demo-{int(time.time())}"
            year_lived = await live(
                database, seeds, code, teachers, year, is_quiet=as_json and not sys.stderr.isatty()
            )
            return await figures(database, year_lived)

    with addresses(settings, database=DATABASE, fresh=True) as found:
        schema.upgrade(found.owner_url)
        result = asyncio.run(lived(found.url))
    show(result, as_json=as_json, seconds=round(time.monotonic() - began))
    sys.exit(0 if result.is_sound else 1)
