"""Text of Word documents and presentations, in reading order."""

import io
import re

import docx
import pptx
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

from retinue.engines.documents.document import Document, Limits
from retinue.engines.documents.draft import Draft, one_line

_HEADING = re.compile(r"^heading (\d)", re.I)


def read_word(data: bytes, name: str, limits: Limits) -> Document:
    book = docx.Document(io.BytesIO(data))
    draft = Draft("docx", name, limits)
    draft.title = one_line(book.core_properties.title or "") or None
    draft.language = one_line(book.core_properties.language or "") or None
    for block in book.iter_inner_content():
        if isinstance(block, WordTable):
            draft.gap()
            header, *rows = [_cells(row) for row in block.rows] or [[]]
            draft.table(header if rows else [], rows or [header])
            draft.gap()
        else:
            _paragraph(draft, block)
    return draft.finish()


def _paragraph(draft: Draft, block: Paragraph) -> None:
    text = one_line(block.text)
    for link in block.hyperlinks:
        draft.link(link.text, link.url)
    if not text:
        return draft.gap()
    style = (block.style.name or "") if block.style else ""
    if match := _HEADING.match(style):
        draft.heading(text, int(match[1]))
    elif style == "Title":
        draft.title = draft.title or text
        draft.heading(text, 1)
    elif style.startswith("List"):
        draft.line(f"- {text}")
    else:
        draft.gap()
        for line in block.text.split("\n"):
            if line.strip():
                draft.line(one_line(line))
    return None


def _cells(row: object) -> list[str]:
    """Merged cells appear once for each column they cover; all but the first are left empty."""
    cells, previous = [], None
    for cell in row.cells:  # type: ignore[attr-defined]
        cells.append("" if cell._tc is previous else one_line(cell.text))
        previous = cell._tc
    return cells


def read_slides(data: bytes, name: str, limits: Limits) -> Document:
    deck = pptx.Presentation(io.BytesIO(data))
    draft = Draft("pptx", name, limits)
    draft.title = one_line(deck.core_properties.title or "") or None
    for number, slide in enumerate(deck.slides, start=1):
        start = draft.length
        title = slide.shapes.title
        heading = one_line(title.text_frame.text) if title is not None else ""
        if heading:
            draft.heading(heading, 1)
        for shape in slide.shapes:
            if shape.has_text_frame and (title is None or shape.shape_id != title.shape_id):
                for paragraph in shape.text_frame.paragraphs:
                    if line := one_line("".join(run.text for run in paragraph.runs)):
                        draft.line(line)
            if shape.has_table:
                header, *rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
                draft.table(header if rows else [], rows or [header], page=number)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            for line in slide.notes_slide.notes_text_frame.text.splitlines():
                if line.strip():
                    draft.line(one_line(line))
        draft.gap()
        draft.page(number, start, heading or None)
    return draft.finish()
