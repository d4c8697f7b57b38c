"""What the rooms of one process share."""

import copy
from typing import Any, Self, TypeVar

from retinue.kernel.events import Misuse
from retinue.kernel.work import Database

Thing = TypeVar("Thing")


class Process:
    """The database, and whatever assembly provides to the rooms of this process, by its type."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._things: dict[type, Any] = {}

    @property
    def carrying(self) -> Self:
        """The same, over the connections of what carries events and jobs."""
        carrying = copy.copy(self)
        carrying.database = self.database.carrying
        return carrying

    def provide(self, kind: type[Thing], thing: Thing) -> None:
        self._things[kind] = thing

    def get(self, kind: type[Thing]) -> Thing:
        if kind not in self._things:
            raise Misuse(f"assembly provides no {kind.__name__}")
        thing: Thing = self._things[kind]
        return thing
