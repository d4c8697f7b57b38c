"""What staff see of every client."""

from contextlib import AsyncExitStack

from retinue.contracts.permissions import ENGINEERS, EVERYBODY, OWNERS
from retinue.kernel.live import Live
from retinue.kernel.process import Process
from retinue.kernel.room import Room
from retinue.kernel.security import Security
from retinue.services.copilot.feed import Feed
from retinue.services.copilot.frames import live
from retinue.services.copilot.handlers import gathered
from retinue.services.copilot.routes import routers


async def provides(process: Process, _: AsyncExitStack) -> None:
    process.provide(Feed, Feed(process.database, process.get(Live), process.get(Security)))


room = Room(
    "copilot",
    routers=routers,
    gathers=gathered,
    sockets=(live,),
    provides=provides,
    permissions={"dossier:read": EVERYBODY, "events:read": EVERYBODY, "events:replay": (*OWNERS, *ENGINEERS)},
    writes=("dossier",),
    # shows the log and what is parked, and asks who may see it
    beyond=("select on events.log, events.parked, events.cursor", "execute on function kernel.actors()"),
)
