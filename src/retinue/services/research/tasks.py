"""The AI tasks of research: a company's profile from its pages."""

import asyncio

from retinue.engines.llm import Ruled, Task
from retinue.services.research.extraction import Embed, Pages, Profile, extract

PROMPT = """You read the pages of one company's own site. Write its profile as claims. Each claim has a field of the schema, a short value,
the address of the page, and a quote copied word for word from that page's text with its character offsets. Claim nothing that the pages do
not say. Pain points, opportunities and predicted volumes are inferences: mark them inferred and say in `basis` how they follow from the quote."""


def profile_by_rules(pages: Pages, embed: Embed | None = None) -> Profile:
    """Deterministic: the same pages give the same claims. Every claim is quoted from its page."""
    return extract(pages, embed)


async def _rules(pages: Pages) -> Ruled[Profile]:
    found = await asyncio.to_thread(profile_by_rules, pages)
    return Ruled(found, 0.7 if found.claims else 0.0)


profile = Task(
    "research.profile",
    prompt=PROMPT,
    input=Pages,
    output=Profile,
    rules=_rules,
    threshold=0.0,
    tier="premium",
    max_tokens=16_000,
    max_input_chars=400_000,
    timeout_s=120,
    untrusted="retrieved",
)
