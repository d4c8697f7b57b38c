"""A turn that nobody asked for, before the first that somebody did: whatever is built at its first use is built then."""

import asyncio
from types import SimpleNamespace
from uuid import UUID

from retinue.engines.dialogue.checkpoints import Thread
from retinue.engines.dialogue.state import Brief, Found
from retinue.engines.knowledge.evidence import compared
from retinue.engines.knowledge.passages import Passage
from retinue.kernel.work import Database, uuid7
from retinue.services.conversations.agents import Agents, Prepared
from retinue.services.conversations.knowing import ClientKnowledge

NOBODY = UUID(int=0)
CONNECTIONS = 4  # as many as a first turn and what it tells use at once
PLAY = ("When is the stage open on Mondays?", "I want to talk to a person", "Hello")
STAGE = Passage(
    document_id="rehearsal", title="The stage", text="The stage is open from 9.00 to 17.00. On Mondays it opens at 10.00.", start=0, end=67
)


class Stage(ClientKnowledge):
    """One passage of nobody's, looked through as any other."""

    async def search(self, question: str) -> list[Found]:
        await self.embedder.embed([question, *compared(STAGE)])
        return [Found(STAGE.document_id, STAGE.title, None, STAGE.text, STAGE.start, STAGE.end, raw=STAGE, score=1.0)]


async def rehearse(agents: Agents, questions: tuple[str, ...] = PLAY) -> None:
    """By rules, so that nothing is asked of a provider; nothing of it is stored."""
    nobody = SimpleNamespace(organization_id=NOBODY, lineage=None, channel="chat", present=False, reachable=False)
    for question in questions:
        thread = Thread(uuid7())
        turn = Prepared(nobody, uuid7(), [{"role": "visitor", "content": question}], [], thread, Brief(company="Nobody"))
        context = agents.context(turn, lambda text: None, [], by_rules=True)
        context.knowledge = Stage(agents.database, agents.embedder, NOBODY)
        await agents.dialogue.turn(thread, turn.said, context)


async def connect(database: Database) -> None:
    """Open the connections that a first turn would have to open."""
    await asyncio.gather(*(database.call("select 1") for _ in range(CONNECTIONS)))
