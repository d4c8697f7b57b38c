"""Tables of CSV files and workbooks: where the header is, and each row as one citable line."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

import openpyxl

from retinue.engines.documents.charset import decode
from retinue.engines.documents.document import Document, Limits
from retinue.engines.documents.draft import Draft, one_line

_NUMBER = re.compile(r"^[^\w]{0,3}[\d.,\s]*\d[\d.,\s]*\s*[%€$£¥]?$")
_CURRENCY = re.compile(r"[$€£¥]")
_MAX_COLUMNS = 500


def read_csv(data: bytes, name: str, limits: Limits, declared: str | None = None) -> Document:
    text = decode(data, declared).replace("\x00", "")
    draft = Draft("csv", name, limits)
    csv.field_size_limit(limits.text_characters)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    _write(draft, rows)
    return draft.finish()


def _delimiter(text: str) -> str:
    """The mark that divides most of the first lines into the same number of columns."""
    lines = [line for line in text[:50_000].splitlines() if line.strip()][:50]

    def score(mark: str) -> tuple[int, int]:
        widths = Counter(len(next(csv.reader([line], delimiter=mark), [])) for line in lines)
        width, agreeing = max(((w, n) for w, n in widths.items() if w > 1), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        return agreeing, width

    return max(",;\t|", key=score)


def read_workbook(data: bytes, name: str, limits: Limits) -> Document:
    draft = Draft("xlsx", name, limits)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    draft.title = str(book.properties.title or "") or None
    number = 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        number += 1
        # A sheet may declare 17 billion cells and hold three.
        sheet.reset_dimensions()
        start = draft.length
        rows = (
            [_shown(cell.value, cell.number_format) if cell.value is not None else "" for cell in row[:_MAX_COLUMNS]]
            for row in sheet.iter_rows()
        )
        table = [row for row in rows if any(row)]
        if table:
            draft.heading(str(sheet.title), 1)
            _write(draft, table, page=number)
            draft.gap()
        draft.page(number, start, str(sheet.title))
    return draft.finish()


def _shown(value: object, layout: str | None) -> str:
    """A cell as its reader sees it, as far as dates, percent and currency go."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        form = layout or "General"
        if "%" in form:
            return f"{value * 100:.10g}%"
        places = len(match[1]) if (match := re.search(r"0\.(0+)", form)) else None
        number = f"{value:.{places}f}" if places is not None else f"{value:.15g}"
        mark = _CURRENCY.search(form)
        return f"{mark[0]}{number}" if mark else number
    return one_line(str(value))


def _write(draft: Draft, source: Iterable[Sequence[str]], page: int | None = None) -> None:
    rows = [[one_line(cell) for cell in row[:_MAX_COLUMNS]] for row in source]
    rows = [row for row in rows if any(row)]
    if not rows:
        return
    for title, header, body in _blocks(rows):
        if title:
            draft.heading(title, 2)
        draft.table(header, body, title=title, page=page)


def _blocks(rows: list[list[str]]) -> Iterable[tuple[str | None, list[str], list[list[str]]]]:
    """Split at lone titles (`Treatments`, then rows): the header holds for all blocks below it."""
    top = _header_at(rows)
    for row in rows[: top or 0]:
        yield None, [], [row]
    header = rows[top] if top is not None else []
    title: str | None = None
    body: list[list[str]] = []
    wide = len(header) > 2
    for row in rows[top + 1 :] if top is not None else rows:
        filled = [cell for cell in row if cell]
        if wide and len(filled) == 1 and row[0] and not _NUMBER.match(row[0]) and len(row[0]) <= 80:
            if body or title:
                yield title, header, body
            title, body = row[0], []
        elif row != header:
            body.append(row)
    if not body and not title and header:
        yield None, [], [header]
    else:
        yield title, header, body


def _header_at(rows: list[list[str]]) -> int | None:
    """The first row as wide as the table is, if it names columns: no numbers, no repeats, and something below it."""
    widths = Counter(sum(1 for cell in row if cell) for row in rows[:200])
    common = max(widths, key=lambda width: (widths[width], width))
    for position, row in enumerate(rows[:20]):
        filled = [cell for cell in row if cell]
        if len(filled) >= max(min(common, 2), common - 1, 1):
            names = len(set(filled)) == len(filled) and not any(_NUMBER.match(cell) or "@" in cell for cell in filled)
            return position if names and position + 1 < len(rows) and all(len(cell) <= 80 for cell in filled) else None
    return None
