"""Alembic's entry: runs the versions as the owner, on the connection the caller hands in."""

from alembic import context

from vouchermarket.cli.migrate import declare_tables
from vouchermarket.kit.db import metadata

# A version secures the tables it makes by what is declared of them, so all of them have to be declared.
declare_tables()
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
