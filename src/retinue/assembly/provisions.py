"""What engines and connectors a process holds for its rooms."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from pydantic_settings import BaseSettings

from retinue.kernel.room import Process, Room

SETTINGS: tuple[type[BaseSettings], ...] = ()


async def provide(process: Process, stack: AsyncExitStack, rooms: Sequence[Room]) -> None:
    """Give the process its engines; what must be closed goes on the stack."""
