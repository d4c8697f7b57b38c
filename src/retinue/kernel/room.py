"""What a room says of itself."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from pydantic_settings import BaseSettings

from retinue.kernel.asks import Ask
from retinue.kernel.deliver import Handlers
from retinue.kernel.http import Router
from retinue.kernel.jobs import Jobs
from retinue.kernel.process import Process
from retinue.kernel.sockets import Socket


@dataclass(frozen=True)
class Engine:
    """An engine with tables: its schema has the engine's name. An append-only one takes rows from every room."""

    name: str
    append_only: bool = False


@dataclass(frozen=True)
class Room:
    """A service's manifest: all that the house needs to know of it.

    `writes` and `reads` name engines whose tables it writes (then it is their only one) or only reads. `beyond`: rights on what carries, as
    GRANT says them without `to`. `permissions`: who holds each, by role. `cards`: what it brings to the dossier. `gathers`: handlers that
    depend on what all rooms bring, made once they are known. `provides`: what it gives to the process; what must be closed goes on the stack.
    `makes_tasks`: AI tasks that need the process's encoder.
    """

    name: str
    routers: Sequence[Router] = ()
    handlers: Handlers = field(default_factory=Handlers)
    gathers: Callable[[], Handlers] | None = None
    jobs: Jobs = field(default_factory=Jobs)
    asks: Sequence[Ask] = ()
    sockets: Sequence[Socket] = ()
    settings: type[BaseSettings] | None = None
    provides: Callable[[Process, AsyncExitStack], Awaitable[None]] | None = None
    tasks: Sequence[Any] = ()
    makes_tasks: Callable[[Any], Sequence[Any]] | None = None
    permissions: Mapping[str, Collection[str]] = field(default_factory=dict)
    cards: Any = None
    writes: Sequence[str] = ()
    reads: Sequence[str] = ()
    beyond: Sequence[str] = ()
