"""`vouchermarket migrate`: bring the database to the newest schema."""

import click

from vouchermarket.cli.opening import addresses
from vouchermarket.kit import schema
from vouchermarket.settings import from_environment


@click.command(name="migrate")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when tables and program differ.")
def command(check: bool) -> None:
    """Bring the database to the newest schema, as its owner (DATABASE_OWNER_URL)."""
    with addresses(from_environment()) as found:
        if check:
            differences = schema.differences(found.owner_url)
            for difference in differences:
                click.echo(difference)
            raise SystemExit(1 if differences else 0)
        before = schema.current(found.owner_url)
        schema.upgrade(found.owner_url)
        click.echo(f"{before or 'empty'} -> {schema.newest()}")
