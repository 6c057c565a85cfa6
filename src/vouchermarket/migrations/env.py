"""Alembic's entry: runs the versions as the owner, on the connection the caller hands in."""

from alembic import context

from vouchermarket.kit import events, files, keys, slots  # noqa: F401
from vouchermarket.kit.db import metadata
from vouchermarket.ledger import tables as _ledger  # noqa: F401
from vouchermarket.identity import tables as _identity  # noqa: F401
from vouchermarket.payments import tables as _payments  # noqa: F401
from vouchermarket.notices import tables as _notices  # noqa: F401
from vouchermarket.tasks import tables as _tasks  # noqa: F401
from vouchermarket.policies import tables as _policies  # noqa: F401
from vouchermarket.catalogue import tables as _catalogue  # noqa: F401
from vouchermarket.vouchers import tables as _vouchers  # noqa: F401
from vouchermarket.credits import tables as _credits  # noqa: F401
from vouchermarket.booking import tables as _booking  # noqa: F401
from vouchermarket.completion import tables as _completion  # noqa: F401
from vouchermarket.settlement import tables as _settlement  # noqa: F401

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
