"""What `retinue documents read` prints: one line of JSON a file, refused ones included."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from retinue.engines.documents.document import Limits
from retinue.engines.documents.reader import Reader
from retinue.engines.documents.refusals import FileRefused, NotFoundOnDisk, TooLarge, megabytes


async def read_files(files: Iterable[Path], limits: Limits) -> AsyncIterator[dict[str, object]]:
    """`{file, kind, title, pages, sections, text, tables}` a file, or `{file, refusal: {reason, detail, next}}`."""
    reader = Reader(limits)
    try:
        for file in files:
            try:
                data = await asyncio.to_thread(_load, file, limits)
                document = await reader.read(data, file.name)
            except FileRefused as refusal:
                empty: dict[str, object] = {"file": str(file), "kind": None, "pages": [], "text": "", "tables": []}
                yield empty | {"refusal": {"reason": type(refusal).__name__, "detail": str(refusal), "next": refusal.next}}
            else:
                yield {"file": str(file)} | document.model_dump(
                    mode="json", include={"kind", "title", "pages", "sections", "text", "tables"}
                )
    finally:
        reader.close()


def _load(file: Path, limits: Limits) -> bytes:
    try:
        if file.stat().st_size > limits.file_bytes:
            raise TooLarge(name=file.name, limit=megabytes(limits.file_bytes), setting="FILE_BYTES")
        return file.read_bytes()
    except OSError as error:
        raise NotFoundOnDisk(name=file.name) from error
