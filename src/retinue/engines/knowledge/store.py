"""How documents are kept and found in Postgres: one version a document, text and vectors searched together."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from retinue.kernel.errors import NotFound, Refusal
from retinue.kernel.work import Work, uuid7

from .chunks import Chunk
from .embedding import Points
from .passages import Passage
from .ranking import bm25, fitting, fuse, stems_counted
from .terms import read_question, synonyms

NAMESPACE = "default"
POOL = 60
"""Passages that each of the two searches hands to the re-ranking."""
MAX_RESULTS = 50
MAX_QUESTION = 2_000


# Ids and metadata as text: of many rows that are fetched, few become passages.
COLUMNS = """cast(c.id as text) as id, d.key, d.url, cast(d.metadata as text) as metadata, c.title, c.heading, c.columns, c.text,
  c."start", c."end", c.page"""
# What the functions find, they alone can estimate: a plan that may choose the order of these joins reads an organization's chunks once for each
# of its documents. `offset 0` leaves it none: every row found is fetched by its key.
SEARCH = f"""with found as (
    select s.organization_id, s.id, max(s.near) as near from (
      select organization_id, id, cast(null as real) as near
      from knowledge.search_text(:stems, :sides, :space, cast(:filters as jsonb), :pool)
      union all
      select organization_id, id, score from knowledge.search_vector(cast(:point as extensions.vector), :space, cast(:filters as jsonb), :pool)) s
    group by s.organization_id, s.id)
  select {COLUMNS},
         coalesce(f.near, 1 - (c.embedding operator(extensions.<=>) cast(:point as extensions.vector))) as near
  from found f
  cross join lateral (select * from knowledge.chunk c where (c.organization_id, c.id) = (f.organization_id, f.id) offset 0) c
  cross join lateral (select key, url, metadata from knowledge.document d
                      where (d.organization_id, d.id) = (c.organization_id, c.document_id) offset 0) d
  order by near desc, c.id"""


class QuestionTooLong(Refusal):
    """A question may have {limit} characters at most."""

    status = 422
    next = "Ask in fewer words."


class KeyTooLong(Refusal):
    """The id, namespace or title of a document may have {limit} characters at most."""

    status = 422
    next = "Shorten it and send the document again."


@dataclass(frozen=True)
class Put:
    """What became of a document; `changed` is False when it was there already, word for word."""

    id: UUID
    version: int
    changed: bool
    chunks: int


def fingerprint(text: str, title: str, url: str | None, kind: str, metadata: Mapping[str, Any], embedder: str) -> str:
    """Equal when nothing would change: neither content nor the way it was embedded."""
    said = json.dumps([text, title, url, kind, metadata, embedder], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


async def known(work: Work, keys: Sequence[str], namespace: str = NAMESPACE) -> dict[str, str]:
    """Key → fingerprint of the documents that are there; what has not changed need not be chunked and embedded."""
    rows = await work.execute(
        "select key, hash from knowledge.document where organization_id = :organization and namespace = :namespace and key = any(:keys)",
        organization=work.organization,
        namespace=namespace,
        keys=list(keys),
    )
    return {row.key: row.hash for row in rows}


async def put_document(
    work: Work,
    *,
    key: str,
    text: str,
    chunks: Sequence[Chunk],
    points: Points,
    embedder: str,
    title: str = "",
    url: str | None = None,
    kind: str = "text",
    namespace: str = NAMESPACE,
    metadata: Mapping[str, Any] | None = None,
    sections: Sequence[Mapping[str, Any]] = (),
) -> Put:
    """Store the document and replace its chunks; nothing happens when it has not changed. `points` are the chunks', in order."""
    if max(len(key), len(namespace), len(title)) > 2_000:
        raise KeyTooLong(limit=2_000)
    if len(points) != len(chunks):
        raise ValueError(f"{len(chunks)} chunks, {len(points)} points")
    metadata = dict(metadata or {})
    values = {
        "organization": work.organization,
        "namespace": namespace,
        "key": key,
        "title": _clean(title),
        "url": url,
        "kind": kind,
        "text": _clean(text),
        "hash": fingerprint(text, title, url, kind, metadata, embedder),
        "embedder": embedder,
        "metadata": json.dumps(metadata, default=str),
        "sections": json.dumps([dict(s) for s in sections], default=str),
        "now": work.now,
    }
    written = (
        await work.execute(
            """insert into knowledge.document (organization_id, id, namespace, key, title, url, kind, text, hash, metadata, sections, embedder,
                                           version, created_at, updated_at)
           values (:organization, :id, :namespace, :key, :title, :url, :kind, :text, :hash, cast(:metadata as jsonb),
                   cast(:sections as jsonb), :embedder, 1, :now, :now)
           on conflict (organization_id, namespace, key) do update set title = excluded.title, url = excluded.url, kind = excluded.kind,
             text = excluded.text, hash = excluded.hash, metadata = excluded.metadata, sections = excluded.sections,
             embedder = excluded.embedder, version = document.version + 1, updated_at = excluded.updated_at
           where document.hash <> excluded.hash returning id, version""",
            id=uuid7(),
            **values,
        )
    ).first()
    if written is None:
        there = (
            await work.execute(
                """select d.id, d.version, (select count(*) from knowledge.chunk c
                 where (c.organization_id, c.document_id) = (d.organization_id, d.id)) as chunks
               from knowledge.document d where (d.organization_id, d.namespace, d.key) = (:organization, :namespace, :key)""",
                organization=work.organization,
                namespace=namespace,
                key=key,
            )
        ).one()
        return Put(there.id, there.version, False, there.chunks)
    if written.version > 1:
        await work.execute(
            "delete from knowledge.chunk where organization_id = :organization and document_id = :id",
            organization=work.organization,
            id=written.id,
        )
    rows = [
        {
            "id": str(uuid7()),
            "position": c.position,
            "start": c.start,
            "end": c.end,
            "page": c.page,
            "heading": _clean(c.heading),
            "columns": _clean(c.columns),
            "text": _clean(c.text),
            "embedding": vector_text(point),
        }
        for c, point in zip(chunks, points, strict=True)
    ]
    await work.execute(
        """insert into knowledge.chunk (organization_id, id, document_id, namespace, position, "start", "end", page, title, heading,
                                        columns, text, embedding)
           select :organization, r.id, :document, :namespace, r.position, r."start", r."end", r.page, :title, r.heading, r.columns, r.text,
                  cast(r.embedding as extensions.vector)
           from jsonb_to_recordset(cast(:rows as jsonb)) as r (id uuid, position int, "start" int, "end" int, page int, heading text,
                                                               columns text, text text, embedding text)""",
        organization=work.organization,
        document=written.id,
        namespace=namespace,
        title=_clean(title),
        rows=json.dumps(rows),
    )
    return Put(written.id, written.version, True, len(rows))


async def delete_document(work: Work, key: str, namespace: str = NAMESPACE) -> UUID:
    """Forget the document and its chunks. Raises NotFound."""
    gone = (
        await work.execute(
            "delete from knowledge.document where (organization_id, namespace, key) = (:organization, :namespace, :key) returning id",
            organization=work.organization,
            namespace=namespace,
            key=key,
        )
    ).first()
    if gone is None:
        raise NotFound()
    forgotten: UUID = gone.id
    return forgotten


async def search(
    work: Work,
    question: str,
    point: np.ndarray[Any, np.dtype[np.float32]],
    *,
    namespace: str | None = None,
    filters: Mapping[str, Any] | None = None,
    size: int = 10,
) -> list[Passage]:
    """The passages that fit best, best first, with scores from 0 to 1. No namespace = all of the organization's.

    `filters`: {"metadata": {…contained}, "any": {name: [values, of which one is there]}, "kinds": […], "since": ISO date, "until": ISO date}.
    """
    if len(question) > MAX_QUESTION:
        raise QuestionTooLong(limit=MAX_QUESTION)
    stems = [term.stem for term in read_question(question).terms][:32]
    sides = sorted({word for stem in stems for word in synonyms(stem)} - set(stems))[:64]
    rows = (
        await work.execute(
            SEARCH,
            stems=stems,
            sides=sides,
            space=namespace,
            filters=json.dumps(filters) if filters else None,
            pool=POOL,
            point=vector_text(point),
        )
    ).all()
    counted = [stems_counted(row.title, row.heading, row.columns, row.text) for row in rows]
    near = np.array([row.near for row in rows], np.float32)
    scores = fuse(bm25(question, counted), near)
    order = np.argsort(-scores, kind="stable")[: min(max(size, 1), MAX_RESULTS)]
    fits = np.minimum.accumulate(fitting(question, counted, near)[order])  # never above that of a better one
    return [_passage(rows[i], round(float(scores[i]), 4), round(float(fit), 4)) for i, fit in zip(order, fits, strict=True)]


async def newest(work: Work, size: int) -> list[Passage]:
    """Of one organization, the passages of what changed last."""
    rows = await work.execute(
        f"""select {COLUMNS}
           from knowledge.chunk c join knowledge.document d on (d.organization_id, d.id) = (c.organization_id, c.document_id)
           where c.organization_id = :organization order by d.updated_at desc, c.id limit :size""",
        organization=work.organization,
        size=size,
    )
    return [_passage(row) for row in rows]


async def passage(work: Work, id: UUID) -> Passage:
    """One chunk. Raises NotFound."""
    row = (
        await work.execute(
            f"""select {COLUMNS}
           from knowledge.chunk c join knowledge.document d on (d.organization_id, d.id) = (c.organization_id, c.document_id)
           where c.id = :id""",
            id=id,
        )
    ).first()
    if row is None:
        raise NotFound()
    return _passage(row)


def _passage(row: Any, score: float = 0.0, fit: float = 0.0) -> Passage:
    return Passage(
        id=row.id,
        document_id=row.key,
        title=row.title,
        url=row.url,
        heading=row.heading,
        columns=row.columns,
        text=row.text,
        start=row.start,
        end=row.end,
        page=row.page,
        score=score,
        fit=fit,
        metadata=json.loads(row.metadata),
    )


def vector_text(point: np.ndarray[Any, np.dtype[np.float32]]) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in point.tolist()) + "]"


def _clean(text: str) -> str:
    """Postgres text holds no NUL; a space keeps the offsets."""
    return text.replace("\x00", " ")
