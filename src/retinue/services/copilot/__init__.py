"""What staff see of every client."""

from retinue.kernel.room import Room
from retinue.services.copilot.frames import live
from retinue.services.copilot.handlers import handlers
from retinue.services.copilot.routes import routers

room = Room("copilot", routers=routers, handlers=handlers, sockets=(live,), writes=("dossier",))
