"""A frame of a socket, read as the socket declares it; and a database that is away meanwhile."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from retinue.kernel.sockets import Socket


def told_by(socket: Socket, text: str | bytes) -> dict[str, Any]:
    """Fails when no declared frame has this `type`, or its fields are others than declared."""
    frame: dict[str, Any] = json.loads(text)
    model = socket.frames[frame["type"]]
    model.model_validate(frame, by_name=True, by_alias=False)
    problem = {"type", "title"} <= frame.keys() and frame["type"] == "error"
    assert frame.keys() <= model.model_fields.keys() or problem, frame.keys() - model.model_fields.keys()
    return frame


@contextmanager
def away(ask: Callable[[str], Any]) -> Iterator[None]:
    """The database ends every connection but that of `ask`, its superuser's, and takes no new ones."""
    (name,) = ask("select current_database()")[0]
    ask(f"alter database {name} connection limit 0")
    ask("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
    try:
        yield
    finally:
        ask(f"alter database {name} connection limit -1")
