"""Which agent speaks in a conversation: its configuration's version, read once, and the engines behind it."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from retinue.engines.configs import store as configs
from retinue.engines.dialogue.checkpoints import Thread
from retinue.engines.dialogue.graph import Dialogue
from retinue.engines.dialogue.state import Brief, Context, Gated, Knowledge, Run, Said
from retinue.engines.governance.facts import AuditFact, Principal
from retinue.engines.governance.gate import Blocked, Gate
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm import Models
from retinue.kernel.ending import stop
from retinue.kernel.work import Database, Work
from retinue.services.conversations.briefing import brief_of
from retinue.services.conversations.knowing import QUOTES, ClientKnowledge, GatedModel
from retinue.services.conversations.refusals import NothingDeployed
from retinue.services.conversations.sending import PURPOSE

KEPT = 1000
KnowledgeOf = Callable[[UUID, Brief], Knowledge]


@dataclass
class Prepared:
    """A turn that this process has claimed: what was read under the lock, for the part that holds no transaction."""

    conversation: Any
    message_id: UUID
    said: list[Said]
    said_ids: list[UUID]
    thread: Thread
    brief: Brief


class Agents:
    """One for a process. A version never changes, so its brief is kept; a prepared turn is kept until it is asked or settled."""

    def __init__(
        self, database: Database, embedder: Embedder, models: Models, gate: Gate, *, knowledge_of: KnowledgeOf | None = None
    ) -> None:
        self.database, self.embedder, self.models, self.gate = database, embedder, models, gate
        self.knowledge_of = knowledge_of or (
            lambda o, brief: ClientKnowledge(database, embedder, o, QUOTES.get(brief.channel, 3), brief.namespace)
        )
        self.dialogue = Dialogue()
        self.warmed: set[UUID] = set()
        self.turns, self.silent = 0, asyncio.Event()
        self.silent.set()
        self.warming: set[asyncio.Task[None]] = set()
        self.briefs: OrderedDict[tuple[UUID, UUID, int], Brief] = OrderedDict()
        self.prepared: OrderedDict[UUID, Prepared] = OrderedDict()

    def warm(self, organization: UUID) -> None:
        """Once a client and process; a question that comes meanwhile does not wait for it."""
        if organization not in self.warmed:
            self.warmed.add(organization)
            task = asyncio.create_task(ClientKnowledge(self.database, self.embedder, organization).warm(self.silent))
            self.warming.add(task)
            task.add_done_callback(self.warming.discard)

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """A turn is answered: embedding ahead waits."""
        self.turns += 1
        self.silent.clear()
        try:
            yield
        finally:
            self.turns -= 1
            if not self.turns:
                self.silent.set()

    async def close(self) -> None:
        await stop(*self.warming)

    async def brief(self, work: Work, config_id: UUID, version: int) -> Brief:
        key = (work.organization, config_id, version)
        if key not in self.briefs:
            row = await configs.version(work, config_id, version)
            if row is None:
                raise NothingDeployed()
            self.keep(key, brief_of(row.body))
        self.briefs.move_to_end(key)
        return self.briefs[key]

    def keep(self, key: tuple[UUID, UUID, int], brief: Brief) -> None:
        self.briefs[key] = brief
        while len(self.briefs) > KEPT:
            self.briefs.popitem(last=False)

    def hold(self, turn: Prepared) -> None:
        self.prepared[turn.message_id] = turn
        while len(self.prepared) > KEPT:
            self.prepared.popitem(last=False)

    def context(self, turn: Prepared, tell: Callable[[str], None], facts: list[AuditFact], *, by_rules: bool = False) -> Context:
        """`facts` takes what the gate writes down of the turn's tools: it is kept with what the turn does."""
        c = turn.conversation
        model = None if by_rules or not self.models.available else GatedModel(self.models, turn.brief, c.organization_id, c.lineage)

        @cache
        def judged(text: str) -> str:
            """Once a text; the path of the answer says what was decided."""
            with context.step("policy_in") as step:
                decision = self.gate.judge(text, "user")
                step |= {"action": decision.action, "reasons": list(decision.reasons)}
            return decision.action

        async def record(fact: AuditFact) -> None:
            facts.append(fact)

        brief = replace(turn.brief, channel=c.channel)
        context = Context(
            brief=brief,
            knowledge=self.knowledge_of(c.organization_id, brief),
            model=model,
            allowed=lambda text: judged(text) != "block",
            escalates=lambda text: judged(text) == "escalate",
            present=c.present,
            reachable=c.reachable,
            tell=tell,
            gated=gated(self.gate.recording(record), Principal(c.organization_id, None, PURPOSE, c.lineage)),
            sendable=self.gate.sendable,
        )
        return context


def gated(gate: Gate, principal: Principal) -> Gated:
    """What the gate stops or withholds becomes an error that the model reads."""

    async def through(name: str, arguments: Mapping[str, Any], run: Run) -> dict[str, Any]:
        try:
            output = await gate.tool(principal, name, arguments, run)
        except Blocked as blocked:
            return {"error": str(blocked)}
        return output if isinstance(output, dict) else {"error": output}

    return through
