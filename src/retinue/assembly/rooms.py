"""Who lives in the house."""

from retinue.kernel.room import Engine, Room

ROOMS: tuple[Room, ...] = ()
ENGINES: tuple[Engine, ...] = ()
