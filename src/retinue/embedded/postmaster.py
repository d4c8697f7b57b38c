"""The keeper: one process a home that owns the server, and ends it when the last client's connection closes."""

import ctypes
import json
import os
import pwd
import secrets
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from retinue.embedded.home import (
    MAJOR,
    PORT,
    CannotRun,
    DataDamaged,
    DiskFull,
    Home,
    HomeWithoutSockets,
    Log,
    OtherVersion,
    StartTooSlow,
    full,
    locked,
)
from retinue.kernel.errors import Refusal

# Standard library only: every import here is paid by each cold and warm start.

ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
NEW_DATABASE_BYTES = 100_000_000  # initdb writes 40 MB, the first WAL segments as much again
STOPS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))  # fast, immediate, by force; seconds
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with(parent: int, number: int) -> Callable[[], None]:
    """Runs in the child after setuid, which clears the setting; it follows the spawning THREAD: ours is main."""

    def ask() -> None:
        if sys.platform == "linux":
            _libc.prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:
                os._exit(1)

    return ask


class Keeper:
    """State: `starting` until the server is ready, then ready; leaves its loop when nobody is connected."""

    def __init__(self, home: Home, order: dict[str, Any], first: socket.socket) -> None:
        self.home, self.order = home, order
        self.clients: dict[socket.socket, bool] = {first: False}  # whether it was told that the server is ready
        self.log = Log(home.log, int(order["log_bytes"]))
        self.selector = selectors.DefaultSelector()
        self.listener = socket.socket(socket.AF_UNIX)
        self.server: subprocess.Popen[bytes] | None = None
        self.starting = True
        self.deadline = time.monotonic() + float(order["seconds"])
        self.told_to_stop = False
        self.leaving: socket.socket | None = None
        self.programs = Path()

    def run(self) -> None:
        self._take_signals()
        try:
            self._listen()
            self._prepare()
            self._launch()
            while self.clients and not self.told_to_stop:
                for key, _ in self.selector.select(0.01 if self.starting else None):
                    key.data()
                self._watch()
        except Refusal as refusal:
            self.log.note(f"refused: {refusal}")
            self._tell({"refused": type(refusal).__name__, "details": {k: str(v) for k, v in refusal.details.items()}})
        finally:
            self._stop()

    # -- clients

    def _listen(self) -> None:
        path = self.home.keeper_socket
        path.unlink(missing_ok=True)  # stale: we hold the lock
        try:
            self.listener.bind(str(path))
        except OSError as error:
            if full(error):
                raise DiskFull(home=self.home.folder) from error
            raise HomeWithoutSockets(folder=path.parent, reason=error.strerror) from error
        self.listener.listen(128)
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
        self.selector.register(self.log.read_end, selectors.EVENT_READ, self.log.pump)
        for client in self.clients:
            self._watch_client(client)
        self._tell({"listening": os.getpid()})

    def _accept(self) -> None:
        with suppress(BlockingIOError, ConnectionError):
            client, _ = self.listener.accept()
            if sys.platform == "linux":
                size = struct.calcsize("3i")
                _, uid, _ = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
                if uid != os.geteuid():
                    client.close()
                    return
            self.clients[client] = False
            self._watch_client(client)
            if not self.starting:
                self._welcome()

    def _watch_client(self, client: socket.socket) -> None:
        client.setblocking(False)
        self.selector.register(client, selectors.EVENT_READ, lambda: self._hear(client))

    def _hear(self, client: socket.socket) -> None:
        """A client says nothing: what comes is its end, which the system sends for it even after kill -9."""
        try:
            if client.recv(4096):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.selector.unregister(client)
        del self.clients[client]
        if self.clients:
            client.close()
        else:
            self.leaving = client  # stays open until the server is down: a client that waits for its end sees it then

    def _tell(self, message: dict[str, Any]) -> None:
        for client in self.clients:
            with suppress(OSError):
                client.send(json.dumps(message).encode() + b"\n")

    def _welcome(self) -> None:
        message = json.dumps({"ready": self.server.pid if self.server else 0}).encode() + b"\n"
        for client, told in self.clients.items():
            if not told:
                self.clients[client] = True
                with suppress(OSError):
                    client.send(message)

    # -- the server

    def _prepare(self) -> None:
        """Everything that must be true before the server's program starts."""
        home = self.home
        try:
            home.account.own_folder(home.run)
            self._end_orphans()
            for left in home.run.iterdir():
                left.unlink()
            self.programs = home.programs()
            password = home.password.read_text() if home.password.exists() else self._new_password()
            if home.data.exists() and not any(home.data.iterdir()):
                home.data.rmdir()
            if not home.data.exists():
                self._initialise(password)
            found = (home.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError as error:
            raise DataDamaged(data=home.data, lines=f"{error.filename} is missing") from error
        except OSError as error:
            raise (DiskFull(home=home.folder) if full(error) else CannotRun(reason=str(error))) from error
        if found != MAJOR:
            raise OtherVersion(data=home.data, found=found, expected=MAJOR)

    def _new_password(self) -> str:
        if self.home.data.exists():
            raise DataDamaged(data=self.home.data, lines=f"{self.home.password} is missing")
        password = secrets.token_urlsafe(32)
        fresh = self.home.password.with_name(f"{self.home.password.name}.new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self.home.password)
        return password

    def _initialise(self, password: str) -> None:
        """Made aside and renamed, so a data folder is whole or absent whatever dies in between."""
        home, fresh = self.home, self.home.folder / "postgres.new"
        if shutil.disk_usage(home.folder).free < NEW_DATABASE_BYTES:
            raise DiskFull(home=home.folder)
        try:
            pwd.getpwuid(home.account.uid)
        except KeyError:
            reason = f"the user number {home.account.uid} has no name on this machine, which PostgreSQL requires"
            raise CannotRun(reason=reason) from None
        shutil.rmtree(fresh, ignore_errors=True)
        home.account.own_folder(fresh)
        word = home.run / "password"
        with open(os.open(word, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            os.fchown(file.fileno(), home.account.uid, home.account.gid)
            file.write(password)
        command = [
            *(str(self.programs / "initdb"), "-D", str(fresh), "-U", "postgres", f"--pwfile={word}"),
            *("--auth-local=scram-sha-256", "--auth-host=reject", "-E", "UTF8", "--no-locale", "--no-instructions"),
            *self._sync(),
        ]
        try:
            made = subprocess.run(
                command,
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                preexec_fn=die_with(os.getpid(), signal.SIGKILL),
                **home.account.identity(),
            )
        finally:
            word.unlink(missing_ok=True)
        if made.returncode:
            self.log.write(made.stdout)
            self.log.lines.extend(made.stdout.decode(errors="replace").splitlines())
            shutil.rmtree(fresh, ignore_errors=True)
            if self._out_of_space() or made.returncode == -signal.SIGXFSZ:
                raise DiskFull(home=home.folder)
            raise CannotRun(reason=f"initdb: {self.log.last()}")
        fresh.rename(home.data)

    def _sync(self) -> list[str]:
        """File by file takes seconds on a busy disk; one call for the file system does not."""
        if not self.order["durable"]:
            return ["--no-sync"]
        return ["--sync-method=syncfs"] if sys.platform == "linux" else []

    def _launch(self) -> None:
        self.log.lines.clear()
        options = {**self.order["options"], "unix_socket_directories": str(self.home.run), "port": str(PORT)}
        command = [str(self.programs / "postgres"), "-D", str(self.home.data)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        try:
            self.server = subprocess.Popen(
                command,
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=self.log.write_end,
                stderr=self.log.write_end,
                start_new_session=True,
                preexec_fn=die_with(os.getpid(), signal.SIGINT),
                **self.home.account.identity(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise CannotRun(reason=str(error)) from error

    def _watch(self) -> None:
        if self.server is None:
            return
        if self.server.poll() is not None:
            self._ended()
        elif self.starting:
            if self._ready():
                self.starting = False
                self._welcome()
            elif time.monotonic() > self.deadline:
                raise StartTooSlow(seconds=int(self.order["seconds"]))

    def _ready(self) -> bool:
        """Line 1 of postmaster.pid is the process, line 8 its state: what pg_ctl reads."""
        lines = _lines(self.home.data / "postmaster.pid")
        return len(lines) >= 8 and lines[7].strip() == "ready" and lines[0] == str(self.server and self.server.pid)

    def _ended(self) -> None:
        """The server ended by itself: killed, so start it again; or unable to start, so say why."""
        self.log.pump()
        now = time.monotonic()
        if not self.starting:
            self.log.note(f"the server ended with {self.server and self.server.returncode}: starting it again")
            self.starting, self.deadline = True, now + float(self.order["seconds"])
        elif self._out_of_space():
            raise DiskFull(home=self.home.folder)
        elif self.server and self.server.returncode >= 0 and not self.log.said("shared memory block", "lock file"):
            # Not killed, and not in the way of sessions that are still leaving: it cannot start.
            raise DataDamaged(data=self.home.data, lines=self.log.last())
        elif now > self.deadline:
            raise StartTooSlow(seconds=int(self.order["seconds"]))
        self._end_orphans()
        self._launch()

    def _out_of_space(self) -> bool:
        return self.log.said("No space left on device", "Disk quota exceeded", "File too large", "signal 25")

    def _end_orphans(self) -> None:
        """Postmasters and sessions that outlived their keeper or postmaster are ended: they hold the data's memory."""
        for number, patience in STOPS:
            until = time.monotonic() + patience
            orphans = self._orphans()
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            while orphans and time.monotonic() < until:
                time.sleep(0.01)
                orphans = self._orphans()
        # PostgreSQL removes the lock file of a dead process, but a number may be an innocent process by now.
        file = self.home.data / "postmaster.pid"
        if any(line.isdigit() and Path(f"/proc/{line}").exists() for line in _lines(file)[:1]):
            file.unlink()

    def _orphans(self) -> list[int]:
        """Every process of a server has the data folder as its working folder."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                ours = os.readlink(process / "cwd") == str(self.home.data)
                if ours and (process / "comm").read_text().startswith("postgres"):
                    found.append(int(process.name))
        return found

    def _stop(self) -> None:
        self.listener.close()  # a client that comes now finds nobody, and starts a keeper that waits for our lock
        self.home.keeper_socket.unlink(missing_ok=True)
        if self.server is None:
            return
        for number, patience in STOPS:
            if self.server.poll() is None:
                self.server.send_signal(number)
            until = time.monotonic() + patience
            while self.server.poll() is None and time.monotonic() < until:
                self.log.pump()
                time.sleep(0.005)
        self.log.pump()

    def _take_signals(self) -> None:
        """Signals wake the loop; SIGINT of a terminal does not reach us, for we have a session of our own."""
        read_end, write_end = socket.socketpair()
        for end in (read_end, write_end):
            end.setblocking(False)
        signal.set_wakeup_fd(write_end.fileno(), warn_on_full_buffer=False)
        self._wake = write_end

        def hear() -> None:
            with suppress(BlockingIOError):
                self.told_to_stop |= any(number != signal.SIGCHLD for number in read_end.recv(4096))

        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.selector.register(read_end, selectors.EVENT_READ, hear)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []


def _alive(client: socket.socket) -> bool:
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def main() -> None:
    os.umask(0o077)
    first = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    first.settimeout(10)
    with first.makefile() as lines:
        order = json.loads(lines.readline())
    first.setblocking(False)  # with a timeout, even MSG_DONTWAIT would wait
    home = Home.open(Path(sys.argv[1]))
    with locked(home.keeper_lock, time.monotonic() + float(order["seconds"]), lambda: _alive(first)) as held:
        if held:
            Keeper(home, order, first).run()


if __name__ == "__main__":
    main()
