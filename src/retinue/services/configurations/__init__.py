"""Agent configurations: generated, validated, deployed."""

from retinue.contracts.permissions import ENGINEERS, EVERYBODY, LEADING
from retinue.kernel.room import Room
from retinue.services.configurations.cards import cards
from retinue.services.configurations.handlers import handlers
from retinue.services.configurations.jobs import jobs
from retinue.services.configurations.routes import router
from retinue.services.configurations.tasks import generate

room = Room(
    "configurations",
    routers=(router,),
    handlers=handlers,
    jobs=jobs,
    tasks=(generate,),
    writes=("configs",),
    permissions={
        "configurations:read": EVERYBODY,
        "configurations:write": (*LEADING, *ENGINEERS, "config_manager", "technical_contact", "technical_architect"),
        "configurations:deploy": (*LEADING, "config_manager", "technical_contact", "platform_engineer"),
    },
    cards=cards,
)
