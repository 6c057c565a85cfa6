"""The running server: found, started, stopped, with its roles and databases."""

import fcntl
import os
import pwd
import re
import shlex
import shutil
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import psycopg
import sqlalchemy as sa
from psycopg import sql

from vouchermarket.kit.embedded.programs import (
    Programs,
    can_enter,
    cluster_dir,
    find_programs,
    system_user,
    version,
)
from vouchermarket.kit.embedded.rules import DataFolderClosed, DataOfAnotherPostgres

SUPERUSER = "postgres"
OWNER_ROLE = "vouchermarket_owner"
APP_ROLE = "vouchermarket_app"
DATABASE = "vouchermarket"

_PORT = 5432
# A Unix socket's address holds 107 bytes; the server puts "/.s.PGSQL.5432" behind the folder.
_SOCKET_DIR_BYTES_MAX = 90
_PATIENCE_SECONDS = 60
_SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=200",
    "shared_buffers=128MB",
    "timezone=UTC",
    "log_timezone=UTC",
    "jit=off",
)
_FAST_AND_LOOSE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# After a kill -9 of the server its children hold the shared memory for a moment, and its pid is still taken.
_A_MOMENT = ("still in use", 'lock file "postmaster.pid" already exists')


class Cluster(msgspec.Struct, frozen=True):
    """A running server and one of its databases, as addresses for SQLAlchemy."""

    socket_dir: Path
    database: str = DATABASE

    def _address(self, role: str, database: str) -> str:
        query = {"host": str(self.socket_dir), "port": str(_PORT)}
        return sa.URL.create("postgresql+psycopg", role, database=database, query=query).render_as_string()

    @property
    def url(self) -> str:
        """For the application: a role that owns nothing and bypasses nothing."""
        return self._address(APP_ROLE, self.database)

    @property
    def owner_url(self) -> str:
        """For migrations: owner of the database, no superuser."""
        return self._address(OWNER_ROLE, self.database)

    @property
    def superuser_url(self) -> str:
        """For making databases and for tests that look from outside."""
        return self._address(SUPERUSER, self.database)


def start(data_dir: Path, *, durable: bool = True) -> Cluster:
    """Start the server of this folder, or find the one that runs; make cluster, roles, database if absent.

    `durable=False` gives up safety against a power cut for speed (tests). A server that is found keeps the
    settings it was started with. Refuses with `EmbeddedPostgresAbsent`, `DataOfAnotherPostgres`,
    `DataFolderClosed`.
    """
    data_dir = data_dir.resolve()
    with _alone(data_dir):
        user = system_user(data_dir)
        if user is not None and not can_enter(data_dir, user):
            raise DataFolderClosed(user=user, folder=str(data_dir))
        programs = find_programs(data_dir, user)
        _refuse_another_major(data_dir, programs)
        cluster = _running(data_dir)
        if cluster is None:
            if not cluster_dir(data_dir).exists():
                _make_cluster(data_dir, programs, durable=durable)
            _write_access(data_dir, user)
            cluster = _launch(data_dir, programs, durable=durable)
        _make_roles(cluster)
        return create_database(cluster, DATABASE)


@contextmanager
def in_use(data_dir: Path) -> Generator[Cluster]:
    """The server of this folder for as long as it is needed: the last one to leave stops it.

    Whoever uses it shares a lock, which the kernel takes back from a process that is killed.
    """
    data_dir = data_dir.resolve()
    with _alone(data_dir):
        users = (data_dir / "users").open("w")
    with users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield start(data_dir)
        finally:
            with suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop(data_dir)


def stop(data_dir: Path) -> None:
    """Fast shutdown: open transactions are rolled back, the data is safe. Nothing runs = nothing happens."""
    data_dir = data_dir.resolve()
    if not cluster_dir(data_dir).is_dir():
        return
    with _alone(data_dir):
        cluster = _running(data_dir)
        if cluster is None:
            return
        programs = find_programs(data_dir, system_user(data_dir))
        programs.must("pg_ctl", "stop", "--pgdata", str(cluster_dir(data_dir)), "--mode=fast", "--wait")
        if cluster.socket_dir != data_dir / "socket":
            # Only an empty folder is removed: the path was read from a file that root did not write.
            with suppress(OSError):
                cluster.socket_dir.rmdir()


def create_database(cluster: Cluster, name: str, *, template: str | None = None) -> Cluster:
    """A further database of the same owner (made if absent), for tests; `template` = one to copy."""
    with _superuser(cluster) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            source = sql.Identifier(template or "template1")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(OWNER_ROLE), source))
    return Cluster(cluster.socket_dir, name)


def drop_database(cluster: Cluster, name: str) -> None:
    """Drop a database made by `create_database`, whoever is still connected."""
    with _superuser(cluster) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _alone(data_dir: Path) -> Generator[None]:
    try:
        if not data_dir.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            data_dir.chmod(0o755)  # ours, whatever the umask: the system user must get through
        lock = (data_dir / "lock").open("w")
    except PermissionError as error:
        raise DataFolderClosed(user=pwd.getpwuid(os.geteuid()).pw_name, folder=str(data_dir)) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _superuser(cluster: Cluster) -> psycopg.Connection:
    return psycopg.connect(
        host=str(cluster.socket_dir), port=_PORT, user=SUPERUSER, dbname=SUPERUSER, autocommit=True
    )


def _refuse_another_major(data_dir: Path, programs: Programs) -> None:
    written = cluster_dir(data_dir) / "PG_VERSION"
    if not written.exists():
        return
    found, needed = written.read_text().strip(), version(programs).split(".")[0]
    if found != needed:
        raise DataOfAnotherPostgres(folder=str(cluster_dir(data_dir)), found=found, needed=needed)


def _make_cluster(data_dir: Path, programs: Programs, *, durable: bool) -> None:
    """initdb beside its place, then renamed into it: a kill in the middle leaves nothing half made."""
    partial = data_dir / "postgres.partial"
    shutil.rmtree(partial, ignore_errors=True)
    _private_dir(partial, programs.user)
    looks = ["--locale=C", "--encoding=UTF8", "--auth=peer", "--no-instructions", f"--username={SUPERUSER}"]
    programs.must("initdb", f"--pgdata={partial}", *looks, *(() if durable else ("--no-sync",)))
    partial.rename(cluster_dir(data_dir))


def _private_dir(folder: Path, user: str | None) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)


def _write_access(data_dir: Path, user: str | None) -> None:
    """Beside the cluster, not in it: root writes no file in a folder that belongs to somebody else."""
    ourselves = pwd.getpwuid(os.geteuid()).pw_name
    people = sorted({"root", ourselves, user or ourselves})
    lines = [
        f'embedded "{person}" {role}\n' for person in people for role in (SUPERUSER, OWNER_ROLE, APP_ROLE)
    ]
    texts = {"pg_hba.conf": "local all all peer map=embedded\n", "pg_ident.conf": "".join(lines)}
    for name, text in texts.items():
        (data_dir / name).write_text(text)
        (data_dir / name).chmod(0o644)


def _socket_dir(data_dir: Path, user: str | None) -> Path:
    """In the data folder; where its path is too long or needs quoting in an address, a short private one."""
    beside = data_dir / "socket"
    plain = re.fullmatch(r"[A-Za-z0-9_./-]+", str(beside))
    if not plain or len(str(beside)) > _SOCKET_DIR_BYTES_MAX:
        # Not TMPDIR, which may be long too.
        beside = Path(tempfile.mkdtemp(prefix="vouchermarket-", dir="/tmp"))
    _private_dir(beside, user)
    return beside


def _running(data_dir: Path) -> Cluster | None:
    """The server that runs on this folder, found by what it wrote into its own pid file."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        written = _pid_file(data_dir)
        if len(written) < 5 or not _alive(int(written[0])):
            return None
        cluster = Cluster(Path(written[4]))
        try:
            with _superuser(cluster):
                return cluster
        except psycopg.OperationalError as error:
            # A stale pid whose number now belongs to somebody else has no socket behind it. A server that
            # is starting up or recovering has one, and answers soon.
            if not (cluster.socket_dir / f".s.PGSQL.{_PORT}").exists() or "refused" in str(error):
                return None
            time.sleep(0.1)
    raise RuntimeError(f"the server on {data_dir} runs but does not answer")


def _pid_file(data_dir: Path) -> Sequence[str]:
    try:
        return (cluster_dir(data_dir) / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return ()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _launch(data_dir: Path, programs: Programs, *, durable: bool) -> Cluster:
    cluster = Cluster(_socket_dir(data_dir, programs.user))
    settings = [
        *_SETTINGS,
        *(() if durable else _FAST_AND_LOOSE),
        f"unix_socket_directories={cluster.socket_dir}",
        f"hba_file={data_dir / 'pg_hba.conf'}",
        f"ident_file={data_dir / 'pg_ident.conf'}",
    ]
    log = cluster_dir(data_dir) / "server.log"
    arguments = [
        "start",
        f"--pgdata={cluster_dir(data_dir)}",
        f"--log={log}",
        f"--options={' '.join(f'-c {shlex.quote(setting)}' for setting in settings)}",
        "--wait",
    ]
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        before = log.stat().st_size if log.exists() else 0
        done = programs.run("pg_ctl", *arguments)
        if done.returncode == 0:
            return cluster
        said = log.read_bytes()[before:].decode(errors="replace") if log.exists() else ""
        if not any(sign in said for sign in _A_MOMENT) or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start on {data_dir}: {done.stdout}{done.stderr}{said}")
        time.sleep(0.2)


def _make_roles(cluster: Cluster) -> None:
    with _superuser(cluster) as connection:
        for role in (OWNER_ROLE, APP_ROLE):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                statement = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
                connection.execute(statement.format(sql.Identifier(role)))
