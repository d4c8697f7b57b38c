"""What happened while somebody was away, in a few plain sentences: counts and the moments that matter most, by rule."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from retinue.contracts import configurations, conversations, identity, library, requirements, research
from retinue.engines.dossier.words import NOT_GROUNDED, count
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


def waiting(news: News) -> Iterator[Line]:
    state: dict[UUID | None, Told] = {}
    asked = news.of(conversations.HandoverRequested)
    changes = (
        conversations.HandoverRequested,
        conversations.HandoverTaken,
        conversations.HandoverReturned,
        conversations.ConversationEnded,
    )
    for moment in news.of(*changes):
        state[moment.subject_id] = moment
    still = [moment for moment in state.values() if moment.kind == conversations.HandoverRequested.kind]
    if len(still) == 1:
        yield line(sentence(still[0].title), still)
    elif still:
        yield line(f"{count(len(still), 'visitor')} wait for a person.", still)
    helped = [moment for moment in asked if state[moment.subject_id].kind != moment.kind]
    if helped:
        people = len({moment.subject_id for moment in helped})
        yield line(f"{count(people, 'visitor')} asked for a person and {'does' if people == 1 else 'do'} not wait any more.", helped)


def researched(news: News) -> Iterator[Line]:
    ended = news.of(research.ResearchCompleted, research.ResearchFailed)
    running = news.of(research.ResearchStarted)
    if ended and (not running or running[-1].number < ended[-1].number):
        yield line(sentence(ended[-1].title), ended[-1:])
    elif running:
        yield line(sentence(running[-1].title), running[-1:])


def required(news: News) -> Iterator[Line]:
    changes = news.of(requirements.RequirementsDrafted, requirements.RequirementsChanged, requirements.RequirementsApproved)
    if not changes:
        return
    last = changes[-1]
    same = [moment for moment in changes if moment.kind == last.kind]
    if last.kind == requirements.RequirementsChanged.kind and len(same) > 1:
        yield line(f"Requirements changed {len(same)} times, last to {last.title.partition('(')[2].rstrip(')')}.", same)
    else:
        yield line(sentence(last.title), [last])


def configured(news: News) -> Iterator[Line]:
    live = news.of(configurations.ConfigurationDeployed, configurations.ConfigurationRolledBack)
    made = [moment for moment in news.of(configurations.ConfigurationCreated) if not live or moment.number > live[-1].number]
    if live:
        yield line(sentence(live[-1].title), live[-1:])
    if made:
        what = "version" if len(made) == 1 else "versions"
        yield line(f"{len(made)} new configuration {what} {were(len(made))} made and {were(len(made))} not put live.", made)


def talked(news: News) -> Iterator[Line]:
    began = news.of(conversations.ConversationStarted)
    answers = [moment for moment in news.of(conversations.AnswerGiven) if (moment.detail or "") != "by a person"]
    unknown = [moment for moment in answers if (moment.detail or "").startswith(NOT_GROUNDED)]
    if began:
        yield line(f"{count(len(began), 'conversation')} began.", began)
    if answers:
        known = len(answers) - len(unknown)
        said = f"The agent answered {count(len(answers), 'message')}"
        if not unknown:
            said += ", with sources for " + ("it" if known == 1 else "each")
        else:
            said += f", {len(unknown)} of them without a source" if len(answers) > 1 else ", without a source"
        yield line(f"{said}.", unknown or answers)


def left_details(news: News) -> Iterator[Line]:
    captured = news.of(conversations.ContactCaptured)
    people = len({moment.subject_id for moment in captured})
    if people:
        yield line(f"{count(people, 'visitor')} left contact details.", captured)


def learned(news: News) -> Iterator[Line]:
    new, refused, gone = news.of(library.DocumentIngested), news.of(library.DocumentRefused), news.of(library.DocumentDeleted)
    documents = len({moment.subject_id for moment in new})
    said = []
    if documents:
        said.append(f"{count(documents, 'document')} can be quoted")
    if refused:
        said.append(f"{count(len(refused), 'document')} {were(len(refused))} not taken in")
    if gone:
        said.append(f"{count(len(gone), 'document')} {were(len(gone))} removed")
    if said:
        yield line(f"{', '.join(said)}.", [*new, *refused, *gone])


def joined(news: News) -> Iterator[Line]:
    for moment in news.of(identity.ClientCreated, identity.ClientClaimed, identity.AgentAssigned):
        yield line(sentence(moment.title), [moment])


def accessed(news: News) -> Iterator[Line]:
    issued, revoked = news.of(identity.KeyIssued), news.of(identity.KeyRevoked)
    if issued:
        yield line(f"{count(len(issued), 'API key')} {were(len(issued))} issued.", issued)
    if revoked:
        yield line(f"{count(len(revoked), 'API key')} {were(len(revoked))} revoked.", revoked)


# The most important first.
RULES: tuple[Callable[[News], Iterator[Line]], ...] = (
    waiting,
    configured,
    required,
    researched,
    talked,
    left_details,
    learned,
    joined,
    accessed,
)


def told(moments: Sequence[Told]) -> list[Line]:
    """`moments` in order. Five sentences at most, each with the events that it is made of."""
    news = News(moments)
    return [said for rule in RULES for said in rule(news)][:LINES_AT_MOST]
