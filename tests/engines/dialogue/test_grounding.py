"""`answer.ground` as a task: the promised shape, and an honest no."""

from retinue.engines.dialogue.grounding import ground_task
from retinue.engines.knowledge.embedding import Lexical

PASSAGES = ["We open on Saturday at 9.00 and close at noon.", "Parking is free."]


async def test_a_question_is_answered_in_the_passages_own_words_or_not_at_all() -> None:
    task = ground_task(Lexical().encode)
    asked = task.parse({"question": "When do you open on Saturday?", "passages": PASSAGES})
    found = (await task.rules(asked)).output
    assert found.grounded and [PASSAGES[q.passage][q.start : q.end] for q in found.quotes] == [PASSAGES[0]]
    unknown = task.parse({"question": "Who won the chess tournament in Lima?", "passages": PASSAGES})
    assert not (await task.rules(unknown)).output.grounded
