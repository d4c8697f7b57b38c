"""What is taken in, when it can be quoted, and when all that a research job read is there."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from retinue.contracts.library import DocumentDeleted, DocumentIngested, DocumentRefused, KnowledgeReady
from retinue.contracts.research import PageRead
from retinue.engines.knowledge import store as knowledge
from retinue.engines.knowledge.chunks import Chunk
from retinue.engines.knowledge.embedding import Points
from retinue.kernel.errors import Refusal
from retinue.kernel.work import Work, uuid7
from retinue.services.library import store
from retinue.services.library.tables import Intake

NAMESPACE, STRATEGY, CHUNK_WORDS = "default", "semantic", 200


async def take_in(
    work: Work,
    *,
    key: str,
    name: str,
    namespace: str = NAMESPACE,
    title: str = "",
    url: str | None = None,
    document_kind: str = "",
    media_type: str | None = None,
    content_file: str | None = None,
    text_file: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    strategy: str = STRATEGY,
    chunk_size: int = CHUNK_WORDS,
    research_job_id: UUID | None = None,
) -> Intake:
    row = Intake(
        organization_id=work.organization,
        id=uuid7(),
        research_job_id=research_job_id,
        key=key,
        name=name,
        namespace=namespace,
        title=title,
        url=url,
        document_kind=document_kind,
        media_type=media_type,
        content_file=content_file,
        text_file=text_file,
        metadata=dict(metadata or {}),
        strategy=strategy,
        chunk_size=chunk_size,
        lineage=(work.cause.lineage if work.cause else None) or uuid7(),
        status=store.OPEN,
        chunks=0,
        changed=False,
        created_at=work.now,
    )
    await work.add(row)
    work.defer("library.ingest", intake_id=str(row.id))
    return row


async def take_in_page(work: Work, event: PageRead) -> None:
    await take_in(
        work,
        key=event.url,
        name=event.url,
        title=event.title,
        url=event.url,
        document_kind=event.document_kind,
        content_file=event.content_file,
        text_file=event.text_file,
        research_job_id=event.job_id,
        metadata={"source": event.url, "document_type": "page"},
    )


async def settle(
    work: Work,
    intake_id: UUID,
    *,
    text: str,
    title: str,
    kind: str,
    chunks: Sequence[Chunk],
    points: Points,
    embedder: str,
    sections: Sequence[Mapping[str, Any]],
    unchanged_since: str | None = None,
) -> bool:
    """The document, its passages and the fact that it can be quoted, at once; one that was sent later and is done already stays.

    `unchanged_since`: the fingerprint on whose account `chunks` is empty. Answers False when another document stands there by now.
    """
    row = await store.intake(work, intake_id, lock=True)
    if row.status != store.OPEN:
        return True
    work.lineage = row.lineage
    await store.lock_key(work, row.namespace, row.key)
    if await store.done_later(work, row):
        await work.change(row, status="completed", completed_at=work.now)
        await _announce(work, row.research_job_id)
        return True
    if unchanged_since and (await knowledge.known(work, [row.key], row.namespace)).get(row.key) != unchanged_since:
        return False
    put = await knowledge.put_document(
        work,
        key=row.key,
        text=text,
        chunks=chunks,
        points=points,
        embedder=embedder,
        title=title,
        url=row.url,
        kind=kind,
        namespace=row.namespace,
        metadata=row.metadata,
        sections=sections,
    )
    await work.change(row, status="completed", completed_at=work.now, chunks=put.chunks, changed=put.changed, document_id=put.id)
    if put.changed:
        work.emit(
            DocumentIngested(
                document_id=put.id,
                key=row.key,
                namespace=row.namespace,
                title=title,
                url=row.url,
                document_kind=kind,
                version=put.version,
                chunks=put.chunks,
                characters=len(text),
            )
        )
    await _announce(work, row.research_job_id)
    return True


async def refuse(work: Work, intake_id: UUID, refusal: Refusal) -> None:
    row = await store.intake(work, intake_id, lock=True)
    if row.status != store.OPEN:
        return
    work.lineage = row.lineage
    await work.change(row, status="refused", completed_at=work.now, reason=str(refusal), next=refusal.next)
    work.emit(DocumentRefused(key=row.key, reason=str(refusal), next=refusal.next))
    await _announce(work, row.research_job_id)


async def research_ended(work: Work, research_job_id: UUID) -> None:
    """All its pages were told before this."""
    await work.change(await store.batch(work, research_job_id), completed=True)
    await _announce(work, research_job_id)


async def _announce(work: Work, research_job_id: UUID | None) -> None:
    if research_job_id is None:
        return
    batch = await store.batch(work, research_job_id)
    counts = await store.counts(work, research_job_id)
    if batch.completed and not batch.announced and counts.open == 0:
        await work.change(batch, announced=True)
        work.emit(
            KnowledgeReady(research_job_id=research_job_id, documents=counts.documents, chunks=counts.chunks, unchanged=counts.unchanged)
        )


async def delete(work: Work, key: str, namespace: str) -> None:
    id = await knowledge.delete_document(work, key, namespace)
    work.emit(DocumentDeleted(document_id=id, key=key))
