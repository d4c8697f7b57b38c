"""Who lives in the house."""

from dataclasses import replace

from retinue.contracts import permissions
from retinue.engines import dossier as dossiers
from retinue.engines.configs import engine as configs
from retinue.engines.contacts import engine as contacts
from retinue.engines.dialogue import engine as dialogue
from retinue.engines.dossier import engine as dossier
from retinue.engines.governance import engine as governance
from retinue.engines.knowledge import engine as knowledge
from retinue.kernel.room import Engine, Room
from retinue.services.configurations import room as configurations
from retinue.services.conversations import room as conversations
from retinue.services.copilot import room as copilot
from retinue.services.identity import room as identity
from retinue.services.library import room as library
from retinue.services.requirements import room as requirements
from retinue.services.research import room as research


def together(*rooms: Room) -> tuple[Room, ...]:
    """What they say of permissions and of the dossier holds for the whole house; then those that gather from all can."""
    permissions.hold(room.permissions for room in rooms)
    dossiers.hold(room.cards for room in rooms if room.cards)
    return tuple(replace(room, handlers=room.gathers()) if room.gathers else room for room in rooms)


ROOMS: tuple[Room, ...] = together(identity, research, library, requirements, configurations, conversations, copilot)
ENGINES: tuple[Engine, ...] = (knowledge, configs, contacts, dialogue, dossier, governance)
