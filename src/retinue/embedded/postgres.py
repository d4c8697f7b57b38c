"""The embedded server as every command sees it: shared if it runs, started if not, gone with the last that uses it."""

import asyncio
import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from retinue.embedded import home as homes
from retinue.embedded.home import (
    PORT,
    CannotRun,
    DatabaseRefusal,
    DiskFull,
    Home,
    HomeNotWritable,
    StartTooSlow,
    full,
    installed,
    locked,
)
from retinue.kernel.errors import Refusal

ADMINISTRATOR = "postgres"
WATCHED_SECONDS = 1.0
_SIZE = r"^\d+(kB|MB|GB)$"

# Keepers started by this process, kept so that the system can forget them when they end.
_keepers: list[subprocess.Popen[bytes]] = []


class PostgresSettings(BaseSettings):
    """The first command that starts the server decides its settings; the others share it as it is."""

    model_config = SettingsConfigDict(env_prefix="RETINUE_POSTGRES_")

    shared_buffers: str = Field("128MB", pattern=_SIZE, description="Memory that the server keeps pages in")
    max_connections: int = Field(200, ge=10, le=10_000, description="Connections that the server accepts")
    max_wal_size: str = Field("1GB", pattern=_SIZE, description="Write-ahead log kept between checkpoints, about")
    idle_in_transaction_timeout_s: int = Field(60, ge=1, description="A transaction idle for longer is ended")
    start_timeout_s: int = Field(60, ge=1, description="How long a start may take before it is refused")
    log_limit: int = Field(10_000_000, ge=100_000, description="Bytes of postgres.log before postgres.log.1")

    def options(self, *, durable: bool) -> dict[str, str]:
        promised = "on" if durable else "off"
        # After a crash PostgreSQL writes out every file it has, one by one: seconds on a laptop; this is one call.
        recovery = {"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}
        return {
            **recovery,
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "password_encryption": "scram-sha-256",
            "shared_buffers": self.shared_buffers,
            "max_connections": str(self.max_connections),
            "fsync": promised,
            "synchronous_commit": "on",  # without fsync it costs nothing, and a killed process loses nothing
            "full_page_writes": promised,
            "max_wal_size": self.max_wal_size,
            "min_wal_size": "80MB",
            "wal_compression": "pglz",
            "checkpoint_timeout": "15min",
            "idle_in_transaction_session_timeout": f"{self.idle_in_transaction_timeout_s}s",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            # DETAIL quotes the values of rows, which may be personal.
            "log_error_verbosity": "terse",
            "log_line_prefix": "%m [%p] ",
        }


class Server:
    """A hold on the server of a home: it stays up until this is closed or this process ends, however it ends."""

    def __init__(self, home: Home, settings: PostgresSettings, durable: bool, connection: socket.socket) -> None:
        self.home = home
        self._settings, self._durable = settings, durable
        self._connection = connection
        self._secret = home.password.read_text()

    @property
    def url(self) -> str:
        """For the administrator, a superuser: migrations and set-up only."""
        return self.login(ADMINISTRATOR)

    def login(self, name: str, database: str = "postgres") -> str:
        """URL for the role `name`, which must have been given `password(name)`."""
        where = urlencode({"host": str(self.home.run), "port": PORT}, safe="/")
        return f"postgresql://{quote(name, safe='')}:{self.password(name)}@/{quote(database, safe='')}?{where}"

    def password(self, name: str) -> str:
        """The same at every start, different for every role, and useless for guessing another's."""
        if name == ADMINISTRATOR:
            return self._secret
        return hmac.new(self._secret.encode(), name.encode(), hashlib.sha256).hexdigest()

    def bin(self, name: str) -> Path:
        return program(name)

    @property
    def alive(self) -> bool:
        """False once the keeper has ended, and the server with it: then `renew`."""
        try:
            while self._connection.recv(4096, socket.MSG_DONTWAIT):
                pass
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def renew(self) -> None:
        """Start or find the server again after its keeper was killed; URLs stay the same."""
        self._connection.close()
        self._connection = _join(self.home, self._settings, self._durable)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While open, the server is started again within seconds whenever its keeper was killed."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(WATCHED_SECONDS):
                if not self.alive:
                    with suppress(OSError, Refusal):  # tried again a second later
                        self.renew()

        watching = threading.Thread(target=watch, name="keeper of the database's keeper", daemon=True)
        watching.start()
        try:
            yield
        finally:
            ended.set()
            watching.join()

    def close(self) -> None:
        """Let go; returns when the server is down, or at once if others use it."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            while self._connection.recv(4096):
                pass
        self._connection.close()
        _forget_ended()

    async def aclose(self) -> None:
        await asyncio.to_thread(self.close)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def start(home: Path, *, settings: PostgresSettings, durable: bool = True) -> Server:
    """Share the server of this home, or start it; refuses (DatabaseRefusal) with what to do.

    Not durable: a power failure may lose the database; for throw-away servers only.
    """
    place = Home.open(home)
    try:
        connection = _join(place, settings, durable)
    except PermissionError as error:
        raise HomeNotWritable(home=place.folder, reason=(error.strerror or "").lower()) from error
    except OSError as error:
        raise (DiskFull(home=place.folder) if full(error) else CannotRun(reason=str(error))) from error
    return Server(place, settings, durable, connection)


def program(name: str) -> Path:
    """Path of a program of PostgreSQL, such as pg_dump, for the calling user."""
    path = installed() / "bin" / name
    if not path.exists():
        raise CannotRun(reason=f"there is no {name} in {path.parent}")
    return path


def _join(home: Home, settings: PostgresSettings, durable: bool) -> socket.socket:
    until = time.monotonic() + settings.start_timeout_s
    while time.monotonic() < until:
        connection = _find(home) or _begin(home, settings, durable, until)
        if connection is None:
            continue
        answer = _hear(connection, until)
        if "ready" in answer:
            connection.settimeout(None)
            return connection
        if "refused" in answer:
            _hear(connection, until)  # its end: whoever reads the refusal finds nothing running
            connection.close()
            raise _refusal(answer)
        connection.close()
        time.sleep(0.02)  # that keeper was just leaving, or was killed
    raise StartTooSlow(seconds=settings.start_timeout_s)


def _find(home: Home) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(home.keeper_socket))
    except (FileNotFoundError, ConnectionError, BlockingIOError):
        connection.close()
        return None
    return connection


def _begin(home: Home, settings: PostgresSettings, durable: bool, until: float) -> socket.socket | None:
    """Start a keeper, unless another command does so at this moment; None when that keeper ended at once."""
    with locked(home.start_lock, until) as held:
        if not held:
            return None
        if found := _find(home):
            return found
        ours, theirs = socket.socketpair()
        # Some interpreters find their own library only by these; everything else of our environment stays here.
        needed = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PYTHONHOME") if name in os.environ}
        with theirs, open(os.open(home.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "retinue.embedded.postmaster", str(home.folder)],
                cwd="/",
                env={**needed, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        _keepers.append(keeper)
        order = {
            "options": settings.options(durable=durable),
            "durable": durable,
            "seconds": settings.start_timeout_s,
            "log_bytes": settings.log_limit,
        }
        with suppress(ConnectionError):
            ours.sendall(json.dumps(order).encode() + b"\n")
        answer = _hear(ours, until)
        if "listening" in answer:
            return ours  # from here on others find this keeper
        ours.close()
        if "refused" in answer:
            raise _refusal(answer)
        with suppress(subprocess.TimeoutExpired):
            if keeper.wait(5) > 0:
                last = home.log.read_text(errors="replace").strip().splitlines()[-1:]
                raise CannotRun(reason=" ".join(last) or f"the keeper ended with {keeper.returncode}")
        return None


def _hear(connection: socket.socket, until: float) -> dict[str, Any]:
    """One line from the keeper; empty when it ended."""
    line = b""
    try:
        while not line.endswith(b"\n"):
            connection.settimeout(max(until - time.monotonic(), 0.001))
            byte = connection.recv(1)
            if not byte:
                return {}
            line += byte
    except TimeoutError:
        connection.close()
        return {}
    except ConnectionError:
        return {}
    answer: dict[str, Any] = json.loads(line)
    return answer


def _refusal(answer: dict[str, Any]) -> Refusal:
    kind: type[DatabaseRefusal] = getattr(homes, answer["refused"])
    return kind(**answer["details"])


def _forget_ended() -> None:
    _keepers[:] = [keeper for keeper in _keepers if keeper.poll() is None]
