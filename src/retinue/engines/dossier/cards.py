"""What rooms bring to the dossier: a card for each event, sections, what waits for a person, what is searched and said."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import UUID

from retinue.kernel.events import Event, Misuse

# key, field, value
Found = tuple[str, str, Any]
# What a moment is about, such as a conversation, and its id.
Subject = tuple[str, UUID]
Type = Literal["client", "person", "conversation", "document", "event"]
E = TypeVar("E", bound=Event)
Rule = TypeVar("Rule", bound=Callable[[Any], Iterable[Any]])


@dataclass(frozen=True)
class Card:
    """`detail`: one line more, without personal data."""

    section: str
    title: Callable[[Any], str]
    facts: Callable[[Any], Iterable[Found]]
    detail: Callable[[Any], str | None]
    subject: Callable[[Any], Subject | None]


@dataclass(frozen=True)
class Opens:
    kind: str
    subject: UUID
    title: str
    detail: str | None


@dataclass(frozen=True)
class Closes:
    """`subject` None: all of the client; then not what the event itself opens."""

    kind: str
    subject: UUID | None


class Cards:
    """Of one room, in its manifest; or of the house."""

    def __init__(self) -> None:
        self.sections: dict[str, str] = {}  # and the permission that reads each
        self.cards: dict[type[Event], Card] = {}
        self.subjects: dict[str, bool] = {}
        self.stages: dict[type[Event], str | Callable[[Any], str]] = {}
        self.rows: dict[type[Event], Callable[[Any], Mapping[str, Any]]] = {}
        self.recount: dict[type[Event], bool] = {}
        self.beginning: dict[str, bool] = {}
        self.needs: dict[str, str] = {}  # and the section whose readers see each
        self.since: dict[str, list[str]] = {}
        self.rules: dict[type[Event], Callable[[Any], Sequence[Opens | Closes]]] = {}
        self.searched: dict[type[Event], tuple[Type, Callable[[Any], Iterable[str | None]]]] = {}
        self.rules_away: list[tuple[int, Callable[[Any], Iterable[Any]]]] = []

    def section(self, name: str, *, reads: str) -> None:
        """`reads`: the permission that reads it."""
        self.sections[name] = reads

    def about(self, kind: str, field: str) -> Callable[[Any], Subject]:
        """What a moment is about: a `kind` of thing, whose id is in that field of the event."""
        self.subjects[kind] = True
        return lambda event: (kind, getattr(event, field))

    def card(
        self,
        event: type[E],
        section: str,
        title: Callable[[E], str],
        facts: Callable[[E], Iterable[Found]] = lambda _: (),
        *,
        detail: Callable[[E], str | None] = lambda _: None,
        subject: Callable[[E], Subject | None] = lambda _: None,
    ) -> None:
        self.cards[event] = Card(section, title, facts, detail, subject)

    def stage(self, event: type[E], stage: str | Callable[[E], str]) -> None:
        """How far a client is once this happened; of dossier.clients.STAGES."""
        self.stages[event] = stage

    def row(self, event: type[E], values: Callable[[E], Mapping[str, Any]]) -> None:
        """What it says of the client's row on the board, by column."""
        self.rows[event] = values

    def counted(self, *events: type[Event]) -> None:
        """They change how many facts or documents a client has."""
        self.recount |= dict.fromkeys(events, True)

    def begins(self, event: type[Event]) -> None:
        """One more conversation."""
        self.beginning[event.kind] = True

    def need(self, kind: str, section: str, *, since: Iterable[type[Event]] = ()) -> str:
        """A kind of thing that waits for a person. With `since` it waits since the first of these after it was last closed."""
        self.needs[kind] = section
        if kinds := [event.kind for event in since]:
            self.since[kind] = kinds
        return kind

    def on(self, event: type[E], rule: Callable[[E], Sequence[Opens | Closes]]) -> None:
        self.rules[event] = rule

    def found(self, event: type[E], type: Type, said: Callable[[E], Iterable[str | None]]) -> None:
        """`said`: what is searched beside the title; of all but conversations its first part is what a result is called."""
        self.searched[event] = (type, said)

    def away(self, rank: int) -> Callable[[Rule], Rule]:
        """A rule from news to lines for whoever was away. The lowest rank is said first, and five lines at most are."""

        def register(rule: Rule) -> Rule:
            self.rules_away.append((rank, rule))
            return rule

        return register


# Of all rooms together, filled once by the assembly.
HOUSE = Cards()
CARDS, SECTIONS = HOUSE.cards, HOUSE.sections


def hold(rooms: Iterable[Cards]) -> None:
    """Raises Misuse when two rooms bring the same."""
    for brought in rooms:
        for name, things in vars(brought).items():
            known = vars(HOUSE)[name]
            if isinstance(things, list):
                known += [thing for thing in things if thing not in known]
                continue
            for key, thing in things.items():
                if known.setdefault(key, thing) is not thing:
                    raise Misuse(f"two rooms bring {name} of {key}")


def fields(key: object, /, **values: Any) -> list[Found]:
    return [(str(key), field, value) for field, value in values.items() if value is not None]
