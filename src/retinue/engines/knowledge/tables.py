"""Rows of documents and of the chunks that searches find."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from retinue.kernel.tables import Row


class Document(Row):
    """`key` is the caller's own id, or the address, unique in its namespace; `version` counts the changes."""

    __tablename__ = "document"
    __table_args__ = {"schema": "knowledge"}

    namespace: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, deferred=True)
    hash: Mapped[str] = mapped_column(Text)
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB)
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, deferred=True)
    embedder: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class StoredChunk(Row):
    """`text` is the document's text from `start` to `end`; the points and search words of a chunk stay in the database."""

    __tablename__ = "chunk"
    __table_args__ = {"schema": "knowledge"}

    document_id: Mapped[UUID]
    namespace: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    page: Mapped[int | None]
    title: Mapped[str] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(Text)
    columns: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
