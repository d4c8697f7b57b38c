"""What the agent of one organization can look up, and the model that it may think with."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any
from uuid import UUID

from retinue.connectors.llm import Collector, Message, Tool, ToolCall
from retinue.engines.dialogue.state import Brief, Found, Grounded, NoModel, Spoken, Tell
from retinue.engines.governance.budget import BudgetSpent
from retinue.engines.governance.gate import Blocked
from retinue.engines.knowledge import store
from retinue.engines.knowledge.answers import Grounding, ground, shown
from retinue.engines.knowledge.embedding import Embedder, NotRemembered
from retinue.engines.knowledge.evidence import compared
from retinue.engines.knowledge.passages import Passage
from retinue.engines.llm import Models
from retinue.engines.llm.models import NoAnswer
from retinue.kernel.telemetry import provider_time
from retinue.kernel.work import Database

ROOM = "conversations"
PASSAGES = 10
WARMED = 150  # passages; a few seconds of one core, once a client and process
QUOTES = {"sms": 1, "whatsapp": 1, "voice": 1}  # pieces of an answer by channel, else 3
SECONDS = 40.0  # for a turn's model calls; the lease of an ask is longer


class ClientKnowledge:
    """Searches in a short Work of its own; embedding and evidence are reckoned outside it."""

    def __init__(self, database: Database, embedder: Embedder, organization: UUID, quotes: int = 3, namespace: str | None = None) -> None:
        self.database, self.embedder, self.organization = database, embedder, organization
        self.quotes, self.namespace = quotes, namespace

    async def search(self, question: str) -> list[Found]:
        question = question[: store.MAX_QUESTION]
        point = (await self.embedder.embed([question]))[0]
        async with self.database.work(ROOM, self.organization) as work:
            passages = await store.search(work, question, point, namespace=self.namespace, size=PASSAGES)
        return [Found(p.document_id, p.title, p.url, p.text, p.start, p.end, raw=p, score=p.fit) for p in passages]

    async def warm(self, silent: asyncio.Event) -> None:
        """Embed the sentences that the first questions will be compared with, while visitors are still typing."""
        async with self.database.work(ROOM, self.organization) as work:
            passages = await store.newest(work, WARMED)
        for passage in passages:
            await silent.wait()
            await self.embedder.embed(compared(passage))

    async def ground(self, question: str, passages: list[Found]) -> Grounded:
        known: list[Passage] = [found.raw for found in passages]
        grounding = await self._ground(question, known)
        quotes = grounding.quotes
        if grounding.grounded:  # what other documents say beside it is more often noise than news
            best = known[quotes[0].passage].document_id
            quotes = [q for q in quotes if known[q.passage].document_id == best][: self.quotes]
        answer = "\n\n".join(dict.fromkeys(shown(known[q.passage], q) for q in quotes)) if grounding.grounded else ""
        return Grounded(answer, [(q.passage, q.start, q.end) for q in quotes], grounding.grounded, grounding.confidence)

    async def quote(self, question: str, passage: Found) -> tuple[int, int] | None:
        grounding = await self._ground(question, [passage.raw])
        return (grounding.quotes[0].start, grounding.quotes[0].end) if grounding.quotes else None

    async def _ground(self, question: str, passages: list[Passage]) -> Grounding:
        """A millisecond when all sentences were embedded before; else in a thread."""
        try:
            return ground(question, passages, self.embedder.recall)
        except NotRemembered:
            return await asyncio.to_thread(ground, question, passages, self.embedder.encode)


class GatedModel:
    """A model behind the gate; whatever keeps it from answering becomes NoModel, and the rules answer."""

    def __init__(self, models: Models, brief: Brief, organization: UUID, lineage: UUID | None) -> None:
        self.models, self.brief, self.organization, self.lineage = models, brief, organization, lineage

    async def speak(self, system: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]], tell: Tell) -> Spoken:
        collector, cost = Collector(), None
        stream = self.models.chat_stream(
            [Message("system", system), *_messages(messages)],
            [Tool(t["name"], t["description"], t["parameters"]) for t in tools],
            organization=self.organization,
            wanted=self.brief.models,
            purpose="conversation",
            lineage=self.lineage,
            max_tokens=self.brief.max_tokens,
            temperature=self.brief.temperature,
            top_p=self.brief.top_p,
        )
        try:
            async with asyncio.timeout(SECONDS), aclosing(stream) as deltas:  # type: ignore[type-var]
                with provider_time():
                    async for delta in deltas:
                        collector.add(delta)
                        cost = delta.cost_usd if delta.cost_usd is not None else cost
                        if delta.text:
                            tell(delta.text)
        except (NoAnswer, Blocked, BudgetSpent, TimeoutError) as problem:
            raise NoModel(str(problem)) from problem
        reply = collector.reply
        return Spoken(reply.text, [_call(c) for c in reply.tool_calls], cost, f"{reply.provider}:{reply.model}", reply.escalate)


def _call(call: ToolCall) -> dict[str, Any]:
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = {}
    return {"id": call.id, "name": call.name, "arguments": arguments if isinstance(arguments, dict) else {}}


def _messages(plain: Sequence[dict[str, Any]]) -> list[Message]:
    made = []
    for message in plain:
        calls = tuple(ToolCall(c["id"], c["name"], json.dumps(c["arguments"])) for c in message.get("calls", ()))
        made.append(Message(message["role"], message["content"], tool_calls=calls, tool_call_id=message.get("call_id")))
    return made
