"""Where a document is cut: about 200 words a chunk, never inside a row, a list item or a sentence, never across a heading."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from semantic_text_splitter import TextSplitter

from retinue.kernel.errors import Refusal

from .sentences import Unit, units

Strategy = Literal["semantic", "fixed_size", "paragraph"]
WORDS = 200
MAX_CHARACTERS = 20_000_000


class TextTooLong(Refusal):
    """The text of this document is longer than {limit} characters."""

    status = 413
    next = "Split the document and ingest its parts."


class Headed(Protocol):
    """A heading and the range of the text under it, its own line included; sections of engines.documents are such."""

    @property
    def title(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True)
class Section:
    title: str
    level: int
    start: int
    end: int


@dataclass(frozen=True)
class Chunk:
    """text == document[start:end]. The heading path and the table's columns give it context; they are not part of it."""

    position: int
    start: int
    end: int
    text: str
    heading: str = ""
    columns: str = ""
    page: int | None = None

    def context(self, title: str = "") -> str:
        """What is embedded: title and heading path, columns, text."""
        path = " › ".join(part for part in (title, self.heading) if (part and part != title) or part)
        return "\n".join(part for part in (path, self.columns, self.text) if part)


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    words: int
    heading: str
    paragraph: int
    columns: tuple[int, int] | None = None
    page: int | None = None


def chunk(
    text: str,
    sections: Sequence[Headed] = (),
    pages: Sequence[tuple[int, int]] = (),
    strategy: Strategy = "semantic",
    words: int = WORDS,
) -> list[Chunk]:
    """Cut `text`. `pages` are (start, end) of page 1, 2 …; without `sections`, Markdown headings in the text are used."""
    if len(text) > MAX_CHARACTERS:
        raise TextTooLong(limit=MAX_CHARACTERS)
    words = min(max(words, 20), 1000)
    pieces = _pieces(text, sections or markdown_sections(text), words)
    groups: list[list[_Piece]] = []
    for piece in pieces:
        if groups and _joins(groups[-1], piece, strategy, words):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    found = []
    for position, group in enumerate(groups):
        start, end = group[0].start, group[-1].end
        columns = next((text[slice(*p.columns)] for p in group if p.columns and p.columns[0] < start), "")
        found.append(Chunk(position, start, end, text[start:end], group[0].heading, columns, _page(start, pages)))
    return found


def markdown_sections(text: str) -> list[Section]:
    headings = [unit for unit in units(text) if unit.kind == "heading"]
    found = []
    for index, unit in enumerate(headings):
        end = next((later.start for later in headings[index + 1 :] if later.level <= unit.level), len(text))
        found.append(Section(text[unit.start : unit.end], unit.level, unit.start, end))
    return found


def heading_path(sections: Sequence[Headed], position: int) -> str:
    return " › ".join(s.title for s in sorted(sections, key=lambda s: (s.start, s.level)) if s.start <= position < s.end)


def _pieces(text: str, sections: Sequence[Headed], words: int) -> list[_Piece]:
    starts = sorted({s.start for s in sections})
    titles = _heading_lines(text, sections)
    found: list[_Piece] = []
    bare: list[Unit] = []
    path, next_start = "", 0
    for unit in units(text):
        if unit.kind == "heading" or any(start <= unit.start < end for start, end in titles.get(unit.start // 1000, ())):
            bare.append(unit)
            continue
        if unit.start >= next_start:
            path = heading_path(sections, unit.start)
            next_start = next((s for s in starts if s > unit.start), len(text) + 1)
        found.extend(_bare(text, sections, bare, path))
        bare = []
        piece = _Piece(unit.start, unit.end, _size(text[unit.start : unit.end]), path, unit.paragraph, unit.columns)
        found.extend(_split(text, piece, words) if piece.words > words else [piece])
    found.extend(_bare(text, sections, bare, ""))
    return found


def _heading_lines(text: str, sections: Sequence[Headed]) -> dict[int, list[tuple[int, int]]]:
    """Ranges of the lines that are a section's heading, by thousands of characters."""
    found: dict[int, list[tuple[int, int]]] = {}
    for section in sections:
        end = text.find("\n", section.start)
        end = len(text) if end < 0 else end
        if section.title.strip() and section.title.strip() in text[section.start : end]:
            for thousand in range(section.start // 1000, end // 1000 + 1):
                found.setdefault(thousand, []).append((section.start, end))
    return found


def _bare(text: str, sections: Sequence[Headed], headings: list[Unit], following: str) -> list[_Piece]:
    """Headings with nothing under them are content; the others live on in the path of what follows."""
    kept = [h for h in headings if text[h.start : h.end].strip() not in following]
    return [_Piece(h.start, h.end, _size(text[h.start : h.end]), heading_path(sections, h.start), h.paragraph) for h in kept]


def _size(text: str) -> int:
    """In words; ten characters without a space count as one, for scripts that write none and for rubbish."""
    return max(len(text.split()), len(text) // 10)


def _split(text: str, piece: _Piece, words: int) -> list[_Piece]:
    splitter = TextSplitter.from_callback(_size, words)
    return [
        replace(piece, start=piece.start + offset, end=piece.start + offset + len(part), words=_size(part))
        for offset, part in splitter.chunk_indices(text[piece.start : piece.end])
    ]


def _joins(group: list[_Piece], piece: _Piece, strategy: Strategy, words: int) -> bool:
    total = sum(p.words for p in group) + piece.words
    last = group[-1]
    if strategy == "paragraph":
        return piece.paragraph == last.paragraph and total <= words
    if strategy == "fixed_size":
        return total <= words
    if piece.heading != last.heading or total > words * 1.25:
        return False
    return total <= words or piece.paragraph == last.paragraph


def _page(position: int, pages: Sequence[tuple[int, int]]) -> int | None:
    return next((number for number, (start, end) in enumerate(pages, 1) if start <= position < end), None)
