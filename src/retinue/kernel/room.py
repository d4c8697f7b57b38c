"""What a room says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_settings import BaseSettings

from retinue.kernel.asks import Ask
from retinue.kernel.deliver import Handlers
from retinue.kernel.http import Router
from retinue.kernel.jobs import Jobs
from retinue.kernel.sockets import Socket


@dataclass(frozen=True)
class Engine:
    """An engine with tables: its schema has the engine's name. An append-only one takes rows from every room."""

    name: str
    append_only: bool = False


@dataclass(frozen=True)
class Room:
    """A service's manifest. `writes` and `reads` name engines whose tables it writes (then it is their only one) or only reads."""

    name: str
    routers: Sequence[Router] = ()
    handlers: Handlers = field(default_factory=Handlers)
    jobs: Jobs = field(default_factory=Jobs)
    asks: Sequence[Ask] = ()
    sockets: Sequence[Socket] = ()
    settings: type[BaseSettings] | None = None
    tasks: Sequence[Any] = ()
    writes: Sequence[str] = ()
    reads: Sequence[str] = ()
