"""How the canonical text grows, so that every span refers to it exactly."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from retinue.engines.documents.document import Document, Kind, Limits, Link, Page, Section, Span, Table
from retinue.engines.documents.refusals import NoText, TooLarge

# Postgres text holds no NUL, UTF-8 no lone surrogate; the other marks are invisible and hide words from readers.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def clean(text: str) -> str:
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def row_line(header: Sequence[str], row: Sequence[str]) -> str:
    """One row as one citable passage."""
    parts = []
    for position, value in enumerate(row):
        name = header[position] if position < len(header) else ""
        if value:
            parts.append(f"{name}: {value}" if name else value)
    return "; ".join(parts)


class Draft:
    def __init__(self, kind: Kind, name: str, limits: Limits) -> None:
        self.kind, self.name, self.limits = kind, name, limits
        self.title: str | None = None
        self.description: str | None = None
        self.language: str | None = None
        self.meta: dict[str, str] = {}
        self.data: list[object] = []
        self.resources: list[str] = []
        self.links: list[Link] = []
        self.pages: list[Page] = []
        self.tables: list[Table]
        self.restart()

    def restart(self) -> None:
        self._headings: list[Section] = []
        self._parts: list[str] = []
        self.tables = []
        self.length = 0

    @property
    def lines(self) -> list[str]:
        return [line.rstrip("\n") for line in self._parts if line.strip()]

    def line(self, text: str) -> Span:
        """Append one line; the span is without its line break."""
        text = clean(text).rstrip()
        span = Span(start=self.length, end=self.length + len(text))
        self._parts.append(text + "\n")
        self.length = span.end + 1
        if self.length > self.limits.text_characters:
            raise TooLarge(name=self.name, limit=f"{self.limits.text_characters:,} characters of text", setting="TEXT_CHARACTERS")
        return span

    def gap(self) -> None:
        """A blank line between paragraphs, never two."""
        if self._parts and self._parts[-1] != "\n":
            self._parts.append("\n")
            self.length += 1

    def heading(self, title: str, level: int) -> None:
        self.gap()
        span = self.line(one_line(title))
        self.section(one_line(title), level, span.start)

    def section(self, title: str, level: int, start: int, role: Literal["body", "footer"] = "body") -> None:
        self._headings.append(Section(title=title, level=level, start=start, end=start, role=role))

    def page(self, number: int, start: int, title: str | None = None) -> None:
        if number > self.limits.pages:
            raise TooLarge(name=self.name, limit=f"{self.limits.pages:,} pages", setting="PAGES")
        self.pages.append(Page(number=number, start=start, end=self.length, title=title))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None, page: int | None = None) -> None:
        names = [one_line(cell).rstrip(":") for cell in header]
        kept = [[one_line(cell) for cell in row] for row in rows]
        start = self.length
        for row in kept:
            line = row_line(names, row)
            if line:
                self.line(line)
        if self.length > start:
            self.tables.append(Table(start=start, end=self.length - 1, title=title, header=names, rows=kept, page=page))

    def link(self, text: str, url: str) -> None:
        if url and len(url) <= 4_000 and len(self.links) < 10_000:
            self.links.append(Link(text=one_line(text)[:500], url=clean(url).strip()))

    def finish(self) -> Document:
        text = "".join(self._parts).rstrip("\n")
        if not text.strip():
            raise NoText(name=self.name)
        end = len(text)
        for position, section in enumerate(self._headings):
            section.end = next(
                (later.start for later in self._headings[position + 1 :] if later.level <= section.level or later.role != section.role),
                end,
            )
        for span in (*self.pages, *self._headings, *self.tables):
            span.start, span.end = min(span.start, end), min(span.end, end)
        first = next((s.title for s in sorted(self._headings, key=lambda s: (s.level, s.start)) if s.role == "body"), None)
        return Document(
            kind=self.kind,
            title=one_line(self.title or "") or first,
            text=text,
            pages=self.pages,
            sections=self._headings,
            tables=self.tables,
            links=self.links,
            language=self.language,
            description=self.description,
            meta=self.meta,
            data=self.data,
            resources=self.resources,
        )
