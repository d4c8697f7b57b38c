"""What visitors wrote, and whether they were thanked."""

from retinue.services.guestbook.cards import cards
from retinue.services.guestbook.handlers import handlers
from retinue.services.guestbook.jobs import jobs
from retinue.services.guestbook.routes import router

from retinue.contracts.permissions import EVERYBODY, LEADING
from retinue.kernel.room import Room

room = Room(
    "guestbook",
    routers=(router,),
    handlers=handlers,
    jobs=jobs,
    permissions={"guestbook:read": EVERYBODY, "guestbook:write": LEADING},
    cards=cards,
)
