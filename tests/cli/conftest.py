"""A database of its own for commands that go through every bureau, and `main` as the shell calls it."""

import sys
from collections.abc import Callable, Iterator

import msgspec
import pytest

from apart import further_database
from vouchermarket import cli
from vouchermarket.kit.embedded import Cluster


class Ended(msgspec.Struct, frozen=True):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The code of the refusal it ended with: what stands before the text."""
        return self.err.split(":")[0]


@pytest.fixture(scope="session")
def apart() -> Iterator[Cluster]:
    """A migrated database that no other test knows of."""
    with further_database() as cluster:
        yield cluster


@pytest.fixture
def vouchermarket(monkeypatch, capsys) -> Callable[..., Ended]:
    """Run a command as the shell would: `vouchermarket("ledger", "verify", on=apart)`.

    Without `on` it works on the database that all tests share.
    """

    def run(*arguments: str, on: Cluster | None = None) -> Ended:
        if on is not None:
            monkeypatch.setenv("DATABASE_URL", on.url)
            monkeypatch.setenv("DATABASE_OWNER_URL", on.owner_url)
        monkeypatch.setattr(sys, "argv", ["vouchermarket", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return run
