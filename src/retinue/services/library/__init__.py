"""Documents that a client's agents may quote."""

from retinue.contracts.permissions import ENGINEERS, EVERYBODY, LEADING
from retinue.kernel.room import Room
from retinue.services.library.cards import cards
from retinue.services.library.handlers import handlers
from retinue.services.library.jobs import jobs
from retinue.services.library.routes import router

room = Room(
    "library",
    routers=(router,),
    handlers=handlers,
    jobs=jobs,
    writes=("knowledge",),
    permissions={"library:read": EVERYBODY, "library:write": (*LEADING, *ENGINEERS, "config_manager", "member", "support_specialist")},
    cards=cards,
)
