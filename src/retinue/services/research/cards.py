"""Research in the dossier: lines of the timeline, facts, what waits for a person, what is said to whoever was away."""

from collections.abc import Iterator

from retinue.contracts import research
from retinue.engines.dossier.away import Line, News, line, sentence
from retinue.engines.dossier.cards import Cards, Closes, Opens, fields
from retinue.engines.dossier.clients import RESEARCH
from retinue.engines.dossier.words import by, count, short

cards = Cards()
cards.section("research", reads="research:read")
_research = cards.about("research", "job_id")

cards.card(
    research.ResearchStarted,
    "research",
    lambda e: f"Research of {e.source} began",
    lambda e: fields(f"job {e.job_id}", source=e.source, status="running"),
    subject=_research,
)
cards.card(
    research.PageRead,
    "research",
    lambda e: f"Read “{short(e.title or e.url, 80)}”",
    detail=lambda e: f"{count(e.characters, 'character')} of {short(e.url)}",
    subject=_research,
)
cards.card(
    research.PageRefused,
    "research",
    lambda e: f"Not read: {e.url}: {short(e.reason)}",
    lambda e: fields(f"refused {e.url}", reason=e.reason, next=e.next),
    detail=lambda e: short(e.next),
    subject=_research,
)
cards.card(
    research.ClaimsFound,
    "research",
    lambda e: f"{count(len(e.claims), 'fact')} found",
    lambda e: [(f"{c.field}", str(c.claim_id), c.model_dump(mode="json", exclude={"claim_id", "field"})) for c in e.claims],
    detail=lambda e: short(", ".join(dict.fromkeys(c.field.replace("_", " ") for c in e.claims))),
    subject=_research,
)
cards.card(
    research.ResearchCompleted,
    "research",
    lambda e: f"Research ended: {count(e.pages, 'page')}, {count(e.claims, 'fact')}",
    lambda e: fields(
        f"job {e.job_id}",
        status="completed",
        pages=e.pages,
        refused=e.refused,
        claims=e.claims,
        seconds=e.seconds,
        answered_by=e.answered_by,
    ),
    detail=lambda e: " · ".join([*([f"{e.refused} not read"] if e.refused else []), f"{e.seconds:g} s", by(e.answered_by)]),
    subject=_research,
)
cards.card(
    research.ResearchFailed,
    "research",
    lambda e: f"Research failed: {short(e.reason)}",
    lambda e: fields(f"job {e.job_id}", status="failed", reason=e.reason, next=e.next),
    detail=lambda e: short(e.next),
    subject=_research,
)


for event in (research.ResearchStarted, research.ResearchCompleted, research.ResearchFailed):
    cards.stage(event, RESEARCH)
cards.counted(research.ClaimsFound)

FAILED = cards.need("research_failed", "research")
cards.on(research.ResearchStarted, lambda _: [Closes(FAILED, None)])
cards.on(research.ResearchCompleted, lambda _: [Closes(FAILED, None)])
cards.on(research.ResearchFailed, lambda e: [Opens(FAILED, e.job_id, f"Research failed: {short(e.reason)}", short(e.next))])


@cards.away(40)
def researched(news: News) -> Iterator[Line]:
    ended = news.of(research.ResearchCompleted, research.ResearchFailed)
    running = news.of(research.ResearchStarted)
    if ended and (not running or running[-1].number < ended[-1].number):
        yield line(sentence(ended[-1].title), ended[-1:])
    elif running:
        yield line(sentence(running[-1].title), running[-1:])
