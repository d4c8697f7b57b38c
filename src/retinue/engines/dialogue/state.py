"""What a thread remembers from turn to turn, and what a turn is given and gives."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Protocol, TypedDict

from retinue.engines.dialogue.triggers import Trigger

TURNS = 10  # remembered word for word; what is older goes into the summary
SUMMARY_CHARACTERS = 1500

Said = dict[str, Any]  # {"role": "visitor" | "assistant" | "person", "content": str}
Call = dict[str, Any]  # {"id": str, "name": str, "arguments": dict}


FORGET = "forget"


def remember(before: list[Said], new: list[Said]) -> list[Said]:
    """Adds what was said; {"role": FORGET, "content": n} in front drops the n oldest."""
    if new and new[0]["role"] == FORGET:
        return before[new[0]["content"] :] + new[1:]
    return before + new


class Turn(TypedDict, total=False):
    """What happens between a message and its answer; `done` are the calls with their `output`. At the end only `reply` is left."""

    by: str
    calls: list[Call]
    done: list[Call]
    reply: dict[str, Any]


class State(TypedDict, total=False):
    """`topic`: the last question, itself in full. `offered`: what the agent asked last: person, contact or nothing."""

    messages: Annotated[list[Said], remember]
    summary: str
    topic: str
    offered: str
    captured: dict[str, str]
    turn: Turn


@dataclass(frozen=True)
class Brief:
    """What the configuration says about this agent, in the engine's words. `models`: provider and model, or provider and tier, in the order to ask."""

    company: str = ""
    instructions: str = ""
    constraints: tuple[str, ...] = ()
    tone: str = ""
    language: str = "en"
    greeting: str = ""
    disclosure: bool = True
    suggested: tuple[str, ...] = ()
    handover: bool = True
    searches: bool = True
    triggers: tuple[Trigger, ...] = ()
    unavailable: Literal["queue_callback", "take_message"] = "queue_callback"
    collects: tuple[str, ...] = ("name", "email", "phone")
    regions: tuple[str, ...] = ("GB", "US")
    own_domains: tuple[str, ...] = ()
    channel: str = "chat"
    role: str = ""
    namespace: str | None = None
    models: tuple[tuple[str, str], ...] = ()
    max_tokens: int = 500
    temperature: float | None = None
    top_p: float | None = None

    @property
    def callback(self) -> bool:
        """Whether somebody is to get back to a visitor whom nobody could answer."""
        return self.unavailable == "queue_callback"


@dataclass(frozen=True)
class Found:
    """A passage as the knowledge gives it: `start` and `end` are offsets in the document."""

    document_id: str
    title: str
    url: str | None
    text: str
    start: int
    end: int
    raw: Any = None
    score: float = 0.0


@dataclass(frozen=True)
class Grounded:
    """`quotes`: (index of the passage, start and end in it). Without ground they are the nearest pieces."""

    answer: str
    quotes: list[tuple[int, int, int]]
    grounded: bool
    confidence: float
    answered_by: str = "rules"
    cost_usd: float | None = 0.0


class Knowledge(Protocol):
    async def search(self, question: str) -> list[Found]: ...

    async def ground(self, question: str, passages: list[Found]) -> Grounded: ...

    async def quote(self, question: str, passage: Found) -> tuple[int, int] | None:
        """Where in the passage the answer stands."""
        ...


@dataclass(frozen=True)
class Spoken:
    """One reply of a model: text, or calls, or both. `escalate`: why the gate wants a person to look at it."""

    text: str
    calls: list[Call]
    cost_usd: float | None
    model: str = ""
    escalate: tuple[str, ...] = ()


class NoModel(Exception):
    """No model answers now; the rules do."""


class Model(Protocol):
    """Raises NoModel."""

    async def speak(self, system: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]], tell: "Tell") -> Spoken: ...


Tell = Callable[[str], None]
Run = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
Gated = Callable[[str, Mapping[str, Any], Run], Awaitable[dict[str, Any]]]
"""Lets a call that a model wants through the gate, or answers what the model is told instead."""


@dataclass
class Context:
    """What a turn is given beside its state. `present`: somebody of the staff is here; `reachable`: we know how to reach the visitor.

    `steps` is the path of the answer: what was done for it, in order. `sendable` is a text as it may be said, given what is known.
    """

    brief: Brief
    knowledge: Knowledge
    model: Model | None = None
    allowed: Callable[[str], bool] = lambda text: True
    escalates: Callable[[str], bool] = lambda text: False
    present: bool = False
    reachable: bool = False
    tell: Tell = lambda text: None
    gated: Gated | None = None
    sendable: Callable[[str, str], str | None] = lambda text, known: text
    found: list[Found] = field(default_factory=list)
    spent: list[float | None] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    within: float = 0.0

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        """Record what is done inside it: `ms` are its own, without those of steps inside. What it says of itself goes into the dict."""
        said: dict[str, Any] = {"step": name}
        began, outer, self.within = time.perf_counter(), self.within, 0.0
        try:
            yield said
        finally:
            took = (time.perf_counter() - began) * 1000
            said["ms"] = round(took - self.within, 1)
            self.within = outer + took
            self.steps.append(said)

    @property
    def known(self) -> str:
        """Whose contact data an answer may repeat: the configuration's, the conversation's, and what was found for it."""
        brief = self.brief
        return "\n".join(
            [brief.instructions, *brief.constraints, brief.greeting, *self.heard, *(f"{f.title}\n{f.text}" for f in self.found)]
        )

    def number(self, found: Found) -> int:
        """The number, from 1, by which this turn cites the passage."""
        for number, known in enumerate(self.found, 1):
            if (known.document_id, known.start, known.end) == (found.document_id, found.start, found.end):
                return number
        self.found.append(found)
        return len(self.found)
