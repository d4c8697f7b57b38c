"""What a company is, from its own sources."""

from retinue.contracts.permissions import EVERYBODY, LEADING
from retinue.kernel.room import Room
from retinue.services.research.cards import cards
from retinue.services.research.jobs import jobs
from retinue.services.research.routes import router
from retinue.services.research.tasks import profile

room = Room(
    "research",
    routers=(router,),
    jobs=jobs,
    tasks=(profile,),
    permissions={"research:read": EVERYBODY, "research:write": (*LEADING, "platform_engineer")},
    cards=cards,
)
