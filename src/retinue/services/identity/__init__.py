"""Organizations, people, keys and who may do what."""

from retinue.contracts.permissions import ENGINEERS, EVERYBODY, LEADING, OWNERS
from retinue.kernel.room import Room
from retinue.services.identity import routes, staffing
from retinue.services.identity.cards import cards
from retinue.services.identity.jobs import jobs
from retinue.services.identity.settings import IdentitySettings

room = Room(
    "identity",
    routers=(*routes.routers, *staffing.routers),
    jobs=jobs,
    settings=IdentitySettings,
    permissions={
        "clients:read": EVERYBODY,
        "clients:write": LEADING,
        "people:write": OWNERS,
        "keys:write": (*OWNERS, *ENGINEERS, "technical_contact"),
        "billing:write": ("owner",),
        "llm": (),
    },
    cards=cards,
    beyond=(
        "execute on function kernel.admit(uuid, boolean, timestamptz), kernel.allow(uuid, uuid, text[]), kernel.actors()",
        "select, insert, update, delete on kernel.credential",
    ),
)
