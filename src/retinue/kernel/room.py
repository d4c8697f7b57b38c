"""What a room says of itself, and the process that rooms live in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from retinue.kernel.deliver import Handlers
from retinue.kernel.events import Misuse
from retinue.kernel.jobs import Jobs
from retinue.kernel.work import Database

if TYPE_CHECKING:
    from fastapi import APIRouter
    from pydantic_settings import BaseSettings

    from retinue.kernel.asks import Ask

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Engine:
    """An engine with tables: its schema has the engine's name. An append-only one takes rows from every room."""

    name: str
    append_only: bool = False


@dataclass(frozen=True)
class Room:
    """A service's manifest. `writes` and `reads` name engines whose tables it writes (then it is their only one) or only reads."""

    name: str
    routers: "Sequence[APIRouter]" = ()
    handlers: Handlers = field(default_factory=Handlers)
    jobs: Jobs = field(default_factory=Jobs)
    asks: "Sequence[Ask]" = ()
    settings: "type[BaseSettings] | None" = None
    tasks: Sequence[Any] = ()
    writes: Sequence[str] = ()
    reads: Sequence[str] = ()


class Process:
    """The database, and whatever assembly provides to the rooms of this process, by its type."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._things: dict[type, Any] = {}

    def provide(self, kind: type[Thing], thing: Thing) -> None:
        self._things[kind] = thing

    def get(self, kind: type[Thing]) -> Thing:
        if kind not in self._things:
            raise Misuse(f"assembly provides no {kind.__name__}")
        thing: Thing = self._things[kind]
        return thing


Rooms = Mapping[str, Room]
