"""Conversations with visitors and the people behind them."""

from retinue.kernel.room import Room
from retinue.services.conversations.frames import chat
from retinue.services.conversations.routes import router
from retinue.services.conversations.settings import ConversationsSettings
from retinue.services.conversations.socket import router as socket
from retinue.services.conversations.staff import router as staff
from retinue.services.conversations.suggesting import suggestions
from retinue.services.conversations.tasks import tasks
from retinue.services.conversations.turns import turn
from retinue.services.conversations.visiting import router as visiting

room = Room(
    "conversations",
    routers=(router, socket, visiting, staff),
    asks=(turn, suggestions),
    sockets=(chat,),
    settings=ConversationsSettings,
    tasks=tasks,
    writes=("contacts", "dialogue"),
    reads=("knowledge", "configs", "dossier"),
)
