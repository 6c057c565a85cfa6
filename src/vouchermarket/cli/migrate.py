"""`vouchermarket migrate`: bring the database to the newest schema."""

import importlib
import importlib.util
import pkgutil

import click

import vouchermarket
from vouchermarket.cli.opening import addresses
from vouchermarket.kit import schema
from vouchermarket.settings import from_environment

TABLES_OF_KIT = tuple(f"vouchermarket.kit.{name}" for name in ("events", "files", "keys", "slots"))


@click.command(name="migrate")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when tables and program differ.")
def command(check: bool) -> None:
    """Bring the database to the newest schema, as its owner (DATABASE_OWNER_URL)."""
    with addresses(from_environment()) as found:
        if check:
            declare_tables()
            differences = schema.differences(found.owner_url)
            for difference in differences:
                click.echo(difference)
            raise SystemExit(1 if differences else 0)
        before = schema.current(found.owner_url)
        schema.upgrade(found.owner_url)
        click.echo(f"{before or 'empty'} -> {schema.newest()}")


def declare_tables() -> None:
    """Import every module that declares tables: one is known to the program only then."""
    packages = (found.name for found in pkgutil.iter_modules(vouchermarket.__path__) if found.ispkg)
    slices = [f"vouchermarket.{name}.tables" for name in packages]
    for name in (*TABLES_OF_KIT, *slices):
        if importlib.util.find_spec(name):
            importlib.import_module(name)
