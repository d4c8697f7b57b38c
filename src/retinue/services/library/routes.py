"""HTTP in for the library (RAG as a service)."""

import json
import time
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import numpy as np
from fastapi import Depends, Request
from fastapi import Query as Parameter
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from retinue.engines.documents import EmptyFile
from retinue.engines.knowledge import store as knowledge
from retinue.engines.knowledge.embedding import Embedder
from retinue.kernel.bodies import OF_A_FILE, takes_files
from retinue.kernel.errors import Refusal
from retinue.kernel.files import Files
from retinue.kernel.http import PAGE, PAGE_AT_MOST, Page, Router, cursor_id, page_of, permitted, process_of, works
from retinue.kernel.shapes import reason
from retinue.kernel.work import Work, uuid7
from retinue.services.library import domain, store
from retinue.services.library.schemas import (
    Accepted,
    DocumentShown,
    DocumentText,
    Ingest,
    IngestOptions,
    IngestStatus,
    Query,
    Result,
    Results,
)
from retinue.services.library.tables import Intake

router = Router("library", tag="knowledge", about="Documents that answers are taken from.")
NO_GRAPH = "enable_graph_rag: there is no knowledge graph yet, so passages were found by words and by meaning alone."
CHARACTERS_A_WORD, DOCUMENTS_A_SECOND = 6, 4
Asked = tuple[Query, np.ndarray[Any, np.dtype[np.float32]]]


class NoFile(Refusal):
    """The form has no part `file`."""

    status = 422
    next = "Send multipart/form-data with `file`, and `metadata` as a JSON string; or JSON with `content`."


async def sent(request: Request) -> tuple[IngestOptions, bytes, str, str | None]:
    """Options, bytes, name and media type: of JSON, or of a form."""
    try:
        if "multipart/form-data" in request.headers.get("content-type", ""):
            form = await request.form(max_files=1, max_fields=20)
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise NoFile()
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            try:
                metadata = json.loads(fields.pop("metadata", "{}") or "{}")
            except ValueError:
                metadata = None
            if isinstance(metadata, dict) and metadata.get("document_id"):
                fields.setdefault("document_id", metadata["document_id"])
            options = IngestOptions.model_validate(fields | {"metadata": metadata})
            return options, await file.read(), file.filename or "document", file.content_type
        body = Ingest.model_validate_json(await request.body())
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        raise RequestValidationError([{**fault, "type": "value_error", "msg": reason(Ingest, fault)} for fault in faults]) from None
    # Text sent as JSON is Markdown at most: headings become sections, the rest stays as it is.
    return body, body.content.encode(), f"{body.title or body.document_id or 'document'}.md", "text/markdown"


Sent = tuple[IngestOptions, int, str, str | None, str]


async def kept(request: Request) -> Sent:
    """Options, bytes, name, media type and the file that was made of it, before any transaction. Raises EmptyFile."""
    organization = await permitted(request, "library", "library:write")
    options, data, name, media_type = await sent(request)
    if not data:
        raise EmptyFile(name=name)
    return options, len(data), name, media_type, await process_of(request).get(Files).put(organization, data)


@router.post(
    "/rag/ingest",
    status_code=202,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": Ingest.model_json_schema(ref_template="#/components/schemas/{model}")},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            "metadata": {"type": "string"},
                            "document_id": {"type": "string"},
                            "namespace": {"type": "string"},
                            "title": {"type": "string"},
                        },
                    }
                },
            },
        }
    },
    summary="Take in a document",
)
@takes_files(OF_A_FILE)
async def ingest(given: Annotated[Sent, Depends(kept)], work: Work = works("library", "library:write")) -> Accepted:
    """Take in a document, as text or as a file. The same `document_id` again replaces it."""
    options, size, name, media_type, file = given
    row = await domain.take_in(
        work,
        key=options.document_id or str(uuid7()),
        name=name,
        namespace=options.namespace,
        title=options.title,
        url=options.url,
        media_type=media_type,
        content_file=file,
        metadata=options.metadata,
        strategy=options.chunking_strategy,
        chunk_size=options.chunk_size,
    )
    chunks = max(1, size // (CHARACTERS_A_WORD * options.chunk_size))
    return Accepted(
        job_id=row.id,
        status=row.status,
        chunks_to_process=chunks,
        estimated_completion=work.now + timedelta(seconds=1 + chunks / DOCUMENTS_A_SECOND / 10),
    )


def shown_status(row: Intake) -> IngestStatus:
    return IngestStatus(
        job_id=row.id,
        document_id=row.key,
        status=row.status,
        chunks_processed=row.chunks,
        chunks_total=row.chunks,
        embeddings_generated=row.chunks if row.changed else 0,
        graph_entities_extracted=0,
        completed_at=row.completed_at,
        namespace=row.namespace,
        reason=row.reason,
        next=row.next,
    )


@router.get("/rag/ingest/{job_id}", summary="Read how far taking in is")
async def status(job_id: UUID, work: Work = works("library", "library:read")) -> IngestStatus:
    return shown_status(await store.intake(work, job_id))


async def asked(body: Query, request: Request) -> Asked:
    """The question's point, found before the transaction begins."""
    return body, (await process_of(request).get(Embedder).embed([body.query]))[0]


@router.post("/rag/query", summary="Find passages")
async def query(request: Request, question: Annotated[Asked, Depends(asked)], work: Work = works("library", "library:read")) -> Results:
    """The passages that fit best, with scores and character offsets."""
    began = time.perf_counter()
    body, point = question
    found = await knowledge.search(work, body.query, point, namespace=body.namespace, filters=filters_of(body), size=body.top_k)
    return Results(
        results=[
            Result(
                content=p.text,
                score=p.fit,
                metadata=p.metadata,
                chunk_id=UUID(p.id),
                document_id=p.document_id,
                title=p.title,
                url=p.url,
                heading=p.heading,
                start=p.start,
                end=p.end,
                page=p.page,
            )
            for p in found
        ],
        left_out=[NO_GRAPH] if body.enable_graph_rag else [],
        latency_ms=round((time.perf_counter() - began) * 1000, 1),
        embedder=process_of(request).get(Embedder).name,
    )


def filters_of(body: Query) -> dict[str, Any]:
    """Of document 3's filters: kinds, a range of dates, and what the metadata must have; of a list one of its values is enough."""
    filters = body.filters.model_extra or {}
    shaped: dict[str, Any] = {}
    if body.filters.date_range:
        dates = body.filters.date_range
        shaped |= {name: at.isoformat() for name, at in (("since", dates.start), ("until", dates.end)) if at}
    if body.filters.kind:
        shaped["kinds"] = [body.filters.kind] if isinstance(body.filters.kind, str) else body.filters.kind
    if any_of := {name: wanted for name, wanted in filters.items() if isinstance(wanted, list)}:
        shaped["any"] = any_of
    if exactly := {name: wanted for name, wanted in filters.items() if name not in any_of}:
        shaped["metadata"] = exactly
    return shaped


def shown(row: Any) -> DocumentShown:
    return DocumentShown(
        document_id=row.key,
        id=row.id,
        namespace=row.namespace,
        title=row.title,
        url=row.url,
        kind=row.kind,
        version=row.version,
        characters=row.characters,
        updated_at=row.updated_at,
    )


@router.get("/documents", summary="List documents")
async def documents(
    cursor: str | None = None,
    q: Annotated[str | None, Parameter(max_length=200)] = None,
    limit: Annotated[int, Parameter(ge=1, le=PAGE_AT_MOST)] = PAGE,
    work: Work = works("library", "library:read"),
) -> Page[DocumentShown]:
    rows = await store.documents(work, cursor_id(cursor), q, limit + 1)
    return page_of(rows, limit, lambda row: str(row.id), shown)


@router.get("/documents/text", summary="Read a document's text")
async def document(
    document_id: Annotated[str, Parameter(max_length=2000)], namespace: str | None = None, work: Work = works("library", "library:read")
) -> DocumentText:
    """One document with the text that citations' offsets count in."""
    row = await store.document(work, document_id, namespace)
    return DocumentText(**shown(row).model_dump(), text=row.text, sections=row.sections)


@router.delete("/documents", status_code=204, summary="Delete a document")
async def delete(
    document_id: Annotated[str, Parameter(max_length=2000)],
    namespace: str = domain.NAMESPACE,
    work: Work = works("library", "library:write"),
) -> None:
    await domain.delete(work, document_id, namespace)
