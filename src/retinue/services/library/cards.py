"""Documents in the dossier: lines of the timeline, facts, what waits for a person, what is said to whoever was away."""

from collections.abc import Iterator

from retinue.contracts import library
from retinue.engines.dossier.away import Line, News, line, were
from retinue.engines.dossier.cards import Cards, fields
from retinue.engines.dossier.words import count, short

cards = Cards()
cards.section("knowledge", reads="library:read")
_document = cards.about("document", "document_id")

cards.card(
    library.DocumentIngested,
    "knowledge",
    lambda e: f"“{short(e.title, 80)}” can be quoted",
    lambda e: fields(e.document_id, key=e.key, title=e.title, url=e.url, kind=e.document_kind, version=e.version, chunks=e.chunks),
    detail=lambda e: f"{count(e.chunks, 'passage')} · version {e.version}",
    subject=_document,
)
cards.card(
    library.DocumentRefused,
    "knowledge",
    lambda e: f"Not taken in: {e.key}: {short(e.reason)}",
    lambda e: fields(f"refused {e.key}", reason=e.reason, next=e.next),
    detail=lambda e: short(e.next),
)
cards.card(
    library.DocumentDeleted,
    "knowledge",
    lambda e: f"{e.key} was removed",
    lambda e: fields(e.document_id, deleted=True),
    subject=_document,
)
cards.card(
    library.KnowledgeReady,
    "knowledge",
    lambda e: f"Knowledge is ready: {count(e.documents, 'document')}, {count(e.chunks, 'passage')}",
    lambda e: fields("knowledge", documents=e.documents, chunks=e.chunks),
    detail=lambda e: f"{e.unchanged} unchanged" if e.unchanged else None,
    subject=cards.about("research", "research_job_id"),
)

cards.found(library.DocumentIngested, "document", lambda e: (e.title, e.url, e.key))
cards.counted(library.DocumentIngested, library.DocumentDeleted)


@cards.away(70)
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
