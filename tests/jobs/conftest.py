"""A database of its own for leaders and workers: a worker sweeps through every bureau it finds."""

from collections.abc import Iterator

import pytest

from apart import further_database
from vouchermarket.kit.embedded import Cluster


@pytest.fixture(scope="session")
def apart() -> Iterator[Cluster]:
    """A migrated database that no other test knows of."""
    with further_database() as cluster:
        yield cluster
