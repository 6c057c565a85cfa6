"""A database that no other test knows of, for what goes through every bureau: workers, `ledger verify`."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from vouchermarket.kit import embedded, schema
from vouchermarket.kit.embedded import Cluster
from vouchermarket.kit.ids import new_id


@contextmanager
def further_database(*, migrated: bool = True) -> Iterator[Cluster]:
    """A database beside that of the tests where it is embedded, else on an embedded server of its own."""
    socket = Path(str(make_url(os.environ["DATABASE_URL"]).query.get("host", "")))
    if (socket.parent / "postgres").is_dir():
        yield from _made(Cluster(socket), migrated=migrated)
        return
    folder = Path(tempfile.mkdtemp(prefix="vouchermarket-apart-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield from _made(embedded.start(folder, durable=False), migrated=migrated)
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _made(cluster: Cluster, *, migrated: bool) -> Iterator[Cluster]:
    opened = embedded.create_database(cluster, f"apart_{new_id().hex}")
    try:
        if migrated:
            schema.upgrade(opened.owner_url)
        yield opened
    finally:
        embedded.drop_database(cluster, opened.database)
