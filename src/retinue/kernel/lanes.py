"""Which jobs wait apart from the others, so that what takes minutes delays nothing that takes moments."""

from typing import Literal

Lane = Literal["quick", "long"]
PLACES: dict[Lane, int] = {"quick": 8, "long": 4}  # jobs at once in a process
LONG = ".long"
_long: set[str] = set()  # names of jobs, as their rooms register them


def assign(job: str, lane: Lane) -> None:
    if lane == "long":
        _long.add(job)


def queue_of(job: str) -> str:
    """A lane of a room is a queue."""
    room = job.partition(".")[0]
    return room + LONG if job in _long else room


def queues(rooms: list[str], lane: Lane) -> list[str]:
    return [room + LONG for room in rooms] if lane == "long" else list(rooms)
