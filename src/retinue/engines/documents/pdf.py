"""Text of a PDF, page by page: lines joined to paragraphs, ruled tables as rows, headings by size of type."""

import io
import statistics
from collections.abc import Iterator
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium

from retinue.engines.documents.document import Document, Limits
from retinue.engines.documents.draft import Draft, one_line
from retinue.engines.documents.refusals import Damaged, PasswordProtected

_RULES = 4  # fewer drawn paths than this make no table
_TABLE_PAGES = 200  # pages searched for tables, at about 0.1 s each
_BULLETS = ("•", "-", "–", "*", "▪", "◦", "‣", "·", "○", "●")


def read_pdf(data: bytes, name: str, limits: Limits) -> Document:
    try:
        book = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise (PasswordProtected if "password" in str(error).lower() else Damaged)(name=name) from error
    draft = Draft("pdf", name, limits)
    draft.title = one_line(book.get_metadata_value("Title") or "") or None
    plumber: Any = None
    searched = 0
    for index in range(len(book)):
        page = book[index]
        start = draft.length
        grids = None
        if searched < _TABLE_PAGES and _ruled(page):
            searched += 1
            plumber = plumber or pdfplumber.open(io.BytesIO(data))
            grids = _grids(plumber.pages[index])
        if grids:
            _write_around(draft, plumber.pages[index], grids, index + 1)
        else:
            _write_lines(draft, page)
        draft.gap()
        draft.page(index + 1, start)
        page.close()
    return draft.finish()


def _ruled(page: pypdfium2.PdfPage) -> bool:
    for count, _ in enumerate(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=3), start=1):
        if count >= _RULES:
            return True
    return False


def _write_lines(draft: Draft, page: pypdfium2.PdfPage) -> None:
    text = page.get_textpage()
    lines = [(line, _size(text, at)) for line, at in _numbered(text.get_text_range(errors="replace"))]
    _write_paragraphs(draft, lines)
    text.close()


def _numbered(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    for line in text.split("\n"):
        yield line.rstrip("\r"), at
        at += len(line) + 1


def _size(text: pypdfium2.PdfTextPage, at: int) -> float:
    return round(float(pdfium.FPDFText_GetFontSize(text, at)), 1)


def _write_paragraphs(draft: Draft, lines: list[tuple[str, float]]) -> None:
    """Join the lines of a paragraph; type larger than the page's usual is a heading."""
    # U+FFFE is pdfium's mark for a hyphen that only breaks a word at the line's end.
    filled = [(line.rstrip(), size) for line, size in lines]
    sizes = [size for line, size in filled for _ in range(len(line.strip()))]
    usual = statistics.median_low(sizes) if sizes else 0.0
    larger = sorted({size for line, size in filled if line.strip() and size > usual * 1.15}, reverse=True)
    width = max((len(line) for line, _ in filled), default=0)
    paragraph = ""
    for position, (line, size) in enumerate(filled):
        plain = line.strip().replace("\u00a0", " ")
        if not plain:
            if paragraph:
                draft.line(paragraph)
                paragraph = ""
            draft.gap()
            continue
        if size in larger and len(plain) <= 120 and any(letter.isalpha() for letter in plain):
            if paragraph:
                draft.line(paragraph)
                paragraph = ""
            draft.heading(plain, min(larger.index(size) + 1, 6))
            continue
        if paragraph and plain.startswith(_BULLETS):
            draft.line(paragraph)
            paragraph = ""
        if paragraph.endswith("\ufffe"):
            paragraph = paragraph[:-1] + plain
        else:
            paragraph = f"{paragraph} {plain}" if paragraph else plain
        following = filled[position + 1][0].strip() if position + 1 < len(filled) else ""
        ends = plain.endswith((".", "!", "?", ":")) and len(line) < width * 0.85
        if not plain.endswith("\ufffe") and (ends or len(line) < width * 0.6 or not following):
            draft.line(paragraph)
            paragraph = ""
    if paragraph:
        draft.line(paragraph)


class _Grid:
    def __init__(self, box: tuple[float, float, float, float], rows: list[list[str]]) -> None:
        self.box, self.rows = box, rows


def _grids(page: Any) -> list[_Grid]:
    found = []
    for table in page.find_tables():
        rows = [[one_line(cell or "") for cell in row] for row in table.extract()]
        rows = [row for row in rows if any(row)]
        if len(rows) >= 2 and max(sum(1 for cell in row if cell) for row in rows) >= 2:
            found.append(_Grid(table.bbox, rows))
    return sorted(found, key=lambda grid: grid.box[1])


def _write_around(draft: Draft, page: Any, grids: list[_Grid], number: int) -> None:
    """The page from top to bottom: words outside the tables as lines, each table where it stands."""
    outside = page.filter(lambda thing: not any(_within(thing, grid.box) for grid in grids))
    lines = [(line["text"], round(float(line["chars"][0]["size"]), 1), float(line["top"])) for line in outside.extract_text_lines()]
    for grid in grids:
        above = [(text, size) for text, size, top in lines if top < grid.box[1]]
        lines = [line for line in lines if line[2] >= grid.box[1]]
        _write_paragraphs(draft, above)
        draft.gap()
        header, *rows = grid.rows
        draft.table(header, rows, page=number)
        draft.gap()
    _write_paragraphs(draft, [(text, size) for text, size, _ in lines])


def _within(thing: dict[str, object], box: tuple[float, float, float, float]) -> bool:
    if thing.get("object_type") != "char":
        return False
    across = (float(thing["x0"]) + float(thing["x1"])) / 2  # type: ignore[arg-type]
    down = (float(thing["top"]) + float(thing["bottom"])) / 2  # type: ignore[arg-type]
    return box[0] <= across <= box[2] and box[1] <= down <= box[3]
