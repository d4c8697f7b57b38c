"""What happened while somebody was away, in a few plain sentences: counts and the moments that matter most, by rule."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from retinue.engines.dossier.cards import HOUSE
from retinue.kernel.events import Event

LINES_AT_MOST, SOURCES_AT_MOST = 5, 50


@dataclass(frozen=True)
class Line:
    text: str
    event_ids: list[UUID]


class Told(Protocol):
    """What is asked of a moment here."""

    @property
    def id(self) -> UUID: ...
    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def detail(self) -> str | None: ...
    @property
    def subject_id(self) -> UUID | None: ...


class News:
    """Moments by kind, in order."""

    def __init__(self, moments: Sequence[Told]) -> None:
        self.moments = moments
        self.by_kind: dict[str, list[Told]] = defaultdict(list)
        for moment in moments:
            self.by_kind[moment.kind].append(moment)

    def of(self, *events: type[Event]) -> list[Told]:
        """In order, of several kinds together."""
        return sorted((moment for event in events for moment in self.by_kind[event.kind]), key=lambda moment: moment.number)


def line(text: str, moments: Sequence[Told]) -> Line:
    return Line(text, [moment.id for moment in moments[-SOURCES_AT_MOST:]])


def sentence(title: str) -> str:
    return title if title.endswith((".", "…", "?", "!")) else f"{title}."


def were(number: int) -> str:
    return "was" if number == 1 else "were"


def told(moments: Sequence[Told]) -> list[Line]:
    """`moments` in order. Five sentences at most, each with the events that it is made of; by the rules that rooms bring."""
    news = News(moments)
    return [said for _, rule in sorted(HOUSE.rules_away, key=lambda each: each[0]) for said in rule(news)][:LINES_AT_MOST]
