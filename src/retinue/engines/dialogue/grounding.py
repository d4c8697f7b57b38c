"""The AI task `answer.ground`: a question answered from passages, or an honest no."""

import asyncio

from pydantic import BaseModel, Field

from retinue.engines.knowledge.answers import Grounding, ground
from retinue.engines.knowledge.evidence import Encode
from retinue.engines.knowledge.passages import Passage
from retinue.engines.llm import Ruled, Task

PROMPT = """Answer the question from the passages alone. Quote word for word what the answer rests on, with the passage's index and the offsets of the
quote in its text. If the passages do not answer, say that you do not know, set grounded to false, and name the nearest passages."""


class Asked(BaseModel):
    """Passages are objects, or bare texts."""

    question: str = Field(min_length=1, max_length=2_000)
    passages: list[Passage] = Field(max_length=50)


def ground_task(encode: Encode) -> Task[Asked, Grounding]:
    """`encode` embeds texts; assembly passes the knowledge engine's."""

    async def rules(asked: Asked) -> Ruled[Grounding]:
        found = await asyncio.to_thread(ground, asked.question, asked.passages, encode)
        return Ruled(found, found.confidence)

    return Task("answer.ground", prompt=PROMPT, input=Asked, output=Grounding, rules=rules, threshold=0.0, untrusted="retrieved")
