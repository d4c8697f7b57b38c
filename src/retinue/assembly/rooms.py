"""Who lives in the house."""

from retinue.engines.configs import engine as configs
from retinue.engines.dossier import engine as dossier
from retinue.kernel.room import Engine, Room
from retinue.services.copilot import room as copilot

ROOMS: tuple[Room, ...] = (copilot,)
ENGINES: tuple[Engine, ...] = (configs, dossier)
