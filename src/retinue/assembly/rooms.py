"""Who lives in the house."""

from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module

from retinue.contracts import permissions
from retinue.engines import dossier as dossiers
from retinue.engines.configs import engine as configs
from retinue.engines.contacts import engine as contacts
from retinue.engines.dialogue import engine as dialogue
from retinue.engines.dossier import engine as dossier
from retinue.engines.governance import engine as governance
from retinue.engines.knowledge import engine as knowledge
from retinue.kernel.room import Engine, Room

# One line a room: the folder of its service.
NAMES = (
    "identity",
    "research",
    "library",
    "requirements",
    "configurations",
    "conversations",
    "copilot",
)


def together(rooms: Iterable[Room]) -> tuple[Room, ...]:
    """What they say of permissions and of the dossier holds for the whole house; then those that gather from all can."""
    rooms = tuple(rooms)
    permissions.hold(room.permissions for room in rooms)
    dossiers.hold(room.cards for room in rooms if room.cards)
    return tuple(replace(room, handlers=room.gathers()) if room.gathers else room for room in rooms)


ROOMS: tuple[Room, ...] = together(import_module(f"retinue.services.{name}").room for name in NAMES)
ENGINES: tuple[Engine, ...] = (knowledge, configs, contacts, dialogue, dossier, governance)
