"""The library's own rows, and documents as people list them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from retinue.kernel.errors import NotFound
from retinue.kernel.work import Work
from retinue.services.library.tables import Batch, Intake

OPEN = "processing"


async def intake(work: Work, id: UUID, *, lock: bool = False) -> Intake:
    """Raises NotFound."""
    row = (await work.select(Intake, "where id = :id" + (" for update" if lock else ""), id=id)).first()
    if row is None:
        raise NotFound()
    return row


async def lock_key(work: Work, namespace: str, key: str) -> None:
    """Until the commit, nobody else settles a document of this key."""
    await work.execute("select pg_advisory_xact_lock(hashtextextended(:key, 0))", key=f"library:{work.organization}:{namespace}:{key}")


async def done_later(work: Work, row: Intake) -> bool:
    """Whether a document of the same key that was sent after this one is in already."""
    return bool(
        await work.execute(
            "select id from library.intake where organization_id = :o and namespace = :namespace and key = :key and status = 'completed'"
            " and id > :id limit 1",
            o=work.organization,
            namespace=row.namespace,
            key=row.key,
            id=row.id,
        )
    )


async def batch(work: Work, research_job_id: UUID) -> Batch:
    """Locked: of two documents that end at once, one sees the other."""
    await work.execute(
        "insert into library.batch values (:o, :id, false, false) on conflict do nothing", o=work.organization, id=research_job_id
    )
    return (await work.select(Batch, "where id = :id for update", id=research_job_id)).one()


async def counts(work: Work, research_job_id: UUID) -> Any:
    return (
        await work.execute(
            "select count(*) filter (where status = 'processing') as open, count(*) filter (where status = 'completed') as documents,"
            " count(*) filter (where status = 'completed' and not changed) as unchanged, coalesce(sum(chunks), 0) as chunks"
            " from library.intake where organization_id = :o and research_job_id = :id",
            o=work.organization,
            id=research_job_id,
        )
    ).one()


async def documents(work: Work, after: UUID | None, query: str | None, size: int) -> Sequence[Any]:
    return (
        await work.execute(
            "select id, namespace, key, title, url, kind, version, length(text) as characters, updated_at from knowledge.document"
            " where (cast(:after as uuid) is null or id > :after) and (cast(:q as text) is null or title ilike :q or key ilike :q)"
            " order by id limit :size",
            after=after,
            q=f"%{query}%" if query else None,
            size=size,
        )
    ).all()


async def document(work: Work, key: str, namespace: str | None) -> Any:
    row = (
        await work.execute(
            "select id, namespace, key, title, url, kind, version, length(text) as characters, updated_at, text, sections from knowledge.document"
            " where key = :key and (cast(:n as text) is null or namespace = :n) order by updated_at desc limit 1",
            key=key,
            n=namespace,
        )
    ).first()
    if row is None:
        raise NotFound()
    return row
