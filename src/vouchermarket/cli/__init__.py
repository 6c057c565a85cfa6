"""The command line: serve, work, demo, migrate, policy, roster, ledger, trace.

A refusal prints `code: text` with its clause and remedy and exits 2. Commands import what they need when
they run, so that `vouchermarket policy` never starts a database.
"""

import importlib
import sys

import click

from vouchermarket.kit.refusal import Refusal

COMMANDS = {
    "demo": "vouchermarket.cli.demo",
    "ledger": "vouchermarket.cli.ledger",
    "migrate": "vouchermarket.cli.migrate",
    "policy": "vouchermarket.cli.policy",
    "roster": "vouchermarket.cli.roster",
    "serve": "vouchermarket.cli.serve",
    "trace": "vouchermarket.cli.trace",
    "work": "vouchermarket.cli.work",
}


class Lazy(click.Group):
    """Loads a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the framework's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - same
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(COMMANDS[cmd_name]).command


@click.group(cls=Lazy)
@click.version_option(package_name="vouchermarket")
def cli() -> None:
    """Training vouchers from a bureau's budget to a provider's payout."""


def main() -> None:
    """Entry point of `vouchermarket`."""
    try:
        cli()
    except Refusal as refusal:
        clause = f" [{refusal.clause}]" if refusal.clause else ""
        click.echo(f"{refusal.code}: {refusal.text('en')}{clause}", err=True)
        if refusal.remedy("en"):
            click.echo(f"  remedy: {refusal.remedy('en')}", err=True)
        sys.exit(2)
