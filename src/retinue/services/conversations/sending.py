"""How a message leaves for a visitor: decided at the gate, and kept together with the record of the decision."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from retinue.connectors.permit import Permit, spend
from retinue.engines.dialogue.phrases import phrase
from retinue.engines.governance import trail
from retinue.engines.governance.facts import AuditFact, Principal
from retinue.engines.governance.gate import Blocked, Gate
from retinue.kernel.work import Work
from retinue.services.conversations import store

PURPOSE = "conversation"


async def say(
    work: Work,
    gate: Gate,
    conversation: Any,
    role: str,
    content: str,
    *,
    known: str,
    language: str = "en",
    by: UUID | None = None,
    facts: Sequence[AuditFact] = (),
    **more: Any,
) -> Any:
    """The message's row; `more` goes to `store.add`. `known` is text whose contact data may be said: what was published, what the visitor
    wrote, what a person types. `facts` of what was done for it are written down with it. What the gate blocks is not said: the visitor reads that a person should answer."""
    principal = Principal(work.organization, by, PURPOSE, conversation.lineage)
    outlet = gate.recording(trail.within(work, facts))

    async def keep(clean: str, permit: Permit) -> Any:
        spend(permit, "channel.send", conversation.channel, clean)
        return await store.add(work, conversation, role, clean, author=by, **more)

    try:
        return await outlet.send(principal, conversation.channel, content, keep, known=known)
    except Blocked:
        if by is not None:
            raise
    return await outlet.send(principal, conversation.channel, phrase(language, "for_a_person"), keep)
