"""Conversations with visitors and the people behind them."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

from retinue.contracts.permissions import ENGINEERS, EVERYBODY, LEADING, OWNERS
from retinue.engines.governance.gate import Gate
from retinue.engines.governance.leases import LeasedBudget
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm import Models
from retinue.kernel.live import Live
from retinue.kernel.process import Process
from retinue.kernel.room import Room
from retinue.kernel.security import Security
from retinue.services.conversations.agents import Agents
from retinue.services.conversations.allowances import models_spent
from retinue.services.conversations.cards import cards
from retinue.services.conversations.frames import chat
from retinue.services.conversations.jobs import jobs
from retinue.services.conversations.rehearsal import connect, rehearse
from retinue.services.conversations.routes import router
from retinue.services.conversations.settings import ConversationsSettings
from retinue.services.conversations.socket import router as socket
from retinue.services.conversations.staff import router as staff
from retinue.services.conversations.suggesting import suggest_task, suggestions
from retinue.services.conversations.tasks import tasks
from retinue.services.conversations.turns import turn
from retinue.services.conversations.visiting import router as visiting
from retinue.services.conversations.watching import Chats


async def provides(process: Process, stack: AsyncExitStack) -> None:
    embedder = process.get(Embedder)
    process.provide(Chats, Chats(process.database, process.get(Live), process.get(Security)))
    agents = Agents(process.database, embedder, process.get(Models), process.get(Gate))
    stack.push_async_callback(agents.close)
    process.provide(Agents, agents)

    process.get(LeasedBudget).reached = partial(models_spent, process.database)

    async def warm() -> None:
        """Takes a second that the first question need not wait for."""
        await asyncio.to_thread(embedder.prepare)
        await asyncio.gather(connect(process.database), rehearse(agents))

    stack.push_async_callback(asyncio.wait, [asyncio.create_task(warm())])


room = Room(
    "conversations",
    routers=(router, socket, visiting, staff),
    jobs=jobs,
    asks=(turn, suggestions),
    sockets=(chat,),
    settings=ConversationsSettings,
    provides=provides,
    tasks=tasks,
    makes_tasks=lambda encoder: (suggest_task(encoder.encode),),
    writes=("contacts", "dialogue"),
    # asks who may hear what happens
    beyond=("execute on function kernel.actors()",),
    reads=("knowledge", "configs", "dossier"),
    permissions={
        "conversations:read": EVERYBODY,
        "conversations:write": (*LEADING, *ENGINEERS, "config_manager", "member", "support_specialist", "success_manager"),
        "conversations:take": (*LEADING, "member", "support_specialist", "success_manager"),
        "contacts:erase": OWNERS,
    },
    cards=cards,
)
