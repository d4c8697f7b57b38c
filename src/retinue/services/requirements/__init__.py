"""What a client needs, drafted and approved."""

from retinue.contracts.permissions import EVERYBODY, LEADING
from retinue.kernel.room import Room
from retinue.services.requirements.cards import cards
from retinue.services.requirements.handlers import handlers
from retinue.services.requirements.jobs import jobs
from retinue.services.requirements.routes import router
from retinue.services.requirements.tasks import draft

room = Room(
    "requirements",
    routers=(router,),
    handlers=handlers,
    jobs=jobs,
    tasks=(draft,),
    permissions={
        "requirements:read": EVERYBODY,
        "requirements:write": (*LEADING, "business_owner", "success_manager", "sales_specialist", "platform_engineer"),
        "requirements:approve": (*LEADING, "business_owner", "technical_architect"),
    },
    cards=cards,
)
