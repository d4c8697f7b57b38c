"""Hearing a call for a person, as a task over files."""

from retinue.engines.dialogue.human import Said, Wish, wants_human
from retinue.engines.llm.task import Ruled, Task


def _wants(given: Said) -> Ruled[Wish]:
    wish = wants_human(given)
    return Ruled(wish, 0.9 if wish.wants_human else 0.8)


human_request = Task(
    "human.request",
    prompt=(
        "Does the writer ask, now, to deal with a person instead of an automated assistant? Talk about people, staff or agents is not a request."
    ),
    input=Said,
    output=Wish,
    rules=_wants,
    tier="cheap",
    guarded=False,
)
