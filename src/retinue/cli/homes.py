"""Who runs on a home: one installation at a time holds its lock, and says in run.json where it answers."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from retinue.kernel.errors import Refusal

LOCK, RUN, CREDENTIALS = "run.lock", "run.json", "credentials.json"


class AlreadyStarting(Refusal):
    """Another command is starting or ending Retinue on {home} right now."""

    next = "Wait a few seconds, then look with: retinue status"


def make_home(home: Path) -> None:
    """As root the database runs as an unprivileged user, who must pass through; the files inside are private one by one."""
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)


def write_private(path: Path, content: dict[str, Any]) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    fresh.replace(path)


def kept_credentials(home: Path) -> dict[str, str] | None:
    """`{url, email, password, organization_id}`; None when the file is absent or damaged."""
    try:
        read = json.loads((home / CREDENTIALS).read_text())
    except (OSError, ValueError):
        return None
    whole = isinstance(read, dict) and all(isinstance(read.get(name), str) for name in ("url", "email", "password", "organization_id"))
    return read if whole else None


def running(home: Path) -> dict[str, Any] | None:
    """`{pid, url, port, worker_pid?}` of the process that serves this home, when it lives."""
    if not _held(home):
        return None
    try:
        known: dict[str, Any] = json.loads((home / RUN).read_text())
        os.kill(known["pid"], 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return known


def _held(home: Path) -> bool:
    """The lock ends with its process, so that a number in run.json that belongs to somebody else by now says nothing."""
    try:
        lock = os.open(home / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


@contextmanager
def held(home: Path, content: dict[str, Any]) -> Iterator[None]:
    """This process serves `home` while this is open. Raises AlreadyStarting."""
    lock = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyStarting(home=home) from None
        try:
            write_private(home / RUN, content)
            yield
        finally:
            (home / RUN).unlink(missing_ok=True)
    finally:
        os.close(lock)
