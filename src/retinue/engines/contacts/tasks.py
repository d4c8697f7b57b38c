"""Noting who is writing, as a task over files."""

from retinue.engines.contacts.capture import Captured, Message, capture
from retinue.engines.llm.task import Ruled, Task


def _capture(given: Message) -> Ruled[Captured]:
    found = capture(given)
    return Ruled(found, 0.8 if found else 0.7)


contact_capture = Task(
    "contact.capture",
    prompt=(
        "Note the writer's own name, email address and telephone number, as written; a spelled-out address (dot, at) in its usual form."
        " Leave out what is not said, and addresses or names that are only asked about, belong to others or are no longer in use."
    ),
    input=Message,
    output=Captured,
    rules=_capture,
    tier="cheap",
    guarded=False,
)
