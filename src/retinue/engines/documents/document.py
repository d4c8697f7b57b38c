"""What a file becomes once read: one canonical text, and spans into it."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Kind = Literal["pdf", "docx", "pptx", "xlsx", "csv", "html", "markdown", "text"]


class Limits(BaseSettings):
    """How much of this process and its time one file may take."""

    model_config = SettingsConfigDict(env_prefix="RETINUE_DOCUMENTS_", frozen=True)

    file_bytes: int = Field(50_000_000, gt=0, description="Largest file that is read, in bytes.")
    unpacked_bytes: int = Field(250_000_000, gt=0, description="Largest unpacked size of a DOCX, PPTX or XLSX file.")
    text_characters: int = Field(10_000_000, gt=0, description="Longest text kept from one file, in characters.")
    pages: int = Field(5_000, gt=0, description="Most pages, sheets or slides read from one file.")
    seconds: float = Field(60.0, gt=0, description="Longest time to read one file, in seconds.")
    memory_bytes: int = Field(1_500_000_000, gt=0, description="Address space of the process that reads files, in bytes.")
    readers: int = Field(1, gt=0, le=16, description="Files read at the same time by one process.")


class Span(BaseModel):
    """Characters [start, end) of the document's text."""

    start: int
    end: int


class Page(Span):
    """A page of a PDF, a sheet of a workbook, a slide; `number` counts from 1."""

    number: int
    title: str | None = None


class Section(Span):
    """From a heading, included, to the next of the same or a higher level. A footer is kept for its contact data."""

    title: str
    level: int
    role: Literal["body", "footer"] = "body"


class Table(Span):
    """Rows as read; in the text each row is one line, `Header: value; Header: value`."""

    title: str | None = None
    header: list[str]
    rows: list[list[str]]
    page: int | None = None


class Link(BaseModel):
    """An address as written in the document (relative ones stay so); `mailto:` and `tel:` included."""

    text: str
    url: str


class Document(BaseModel):
    kind: Kind
    title: str | None = None
    text: str
    pages: list[Page] = []
    sections: list[Section] = []
    tables: list[Table] = []
    links: list[Link] = []
    language: str | None = None
    description: str | None = None
    meta: dict[str, str] = {}
    data: list[Any] = Field([], description="JSON-LD blocks of a web page, as published.")
    resources: list[str] = Field([], description="Addresses of the scripts, frames and style sheets that a web page loads.")
