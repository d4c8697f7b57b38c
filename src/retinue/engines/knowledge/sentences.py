"""What the smallest quotable pieces of a text are: sentences, list items, table rows, headings, with exact offsets."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["heading", "sentence", "item", "row", "columns"]

_HEADING = re.compile(r"(#{1,6})\s+(.*\S)\s*#*\s*$")
_ITEM = re.compile(r"\s*(?:[-*+•‣·–]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+(?=\S)")
_RULE = re.compile(r"[\s|:+=_-]+$")
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|nr|vs|e\.g|i\.e|etc|approx|inc|ltd|co|corp|dept|tel|min|max|incl|excl|fig|p|pp|ca"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)|\b[a-z])\.$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d\s*[ap]\.\s?m\.$", re.IGNORECASE)
_DAY = re.compile(r"\s*(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.IGNORECASE)


@dataclass(frozen=True)
class Unit:
    """text[start:end] is the piece; `lead` is the start of the line that opens its list, `columns` of its table's header."""

    start: int
    end: int
    kind: Kind
    level: int = 0
    paragraph: int = 0
    lead: tuple[int, int] | None = None
    columns: tuple[int, int] | None = None


@dataclass(frozen=True)
class Line:
    start: int
    end: int
    text: str
    cells: int
    mark: str


def delimiter(line: str) -> tuple[str, int]:
    """The mark between the cells of a line and how many cells; ("", 1) for prose."""
    bare = line.strip().strip("|")
    if (line.count("|") >= 1 and " | " in bare) or line.strip().startswith("|"):
        return "|", bare.count("|") + 1
    for mark in ("\t", ";"):
        if bare.count(mark) >= 1 and not re.search(r"[.!?]$", bare):
            return mark, bare.count(mark) + 1
    if bare.count(",") >= 1 and not re.search(r"[.!?:]$", bare):
        outside = re.sub(r'"[^"]*"', "", bare)
        return (",", outside.count(",") + 1) if outside.count(",") else ("", 1)
    return "", 1


def lines(text: str) -> Iterator[Line]:
    position = 0
    for raw in text.splitlines(keepends=True):
        bare = raw.strip()
        start = position + (len(raw) - len(raw.lstrip())) if bare else position
        mark, cells = delimiter(bare)
        yield Line(start, start + len(bare), bare, cells, mark)
        position += len(raw)


def _tables(all_lines: list[Line]) -> dict[int, int]:
    """Index of each line that is a table's row → index of the table's first line."""
    rows: dict[int, int] = {}
    index = 0
    while index < len(all_lines):
        first = all_lines[index]
        end = index
        if first.mark:
            while (
                end < len(all_lines)
                and all_lines[end].text
                and (
                    (all_lines[end].mark == first.mark and all_lines[end].cells == first.cells)
                    or (first.mark == "|" and "|" in all_lines[end].text)
                )
            ):
                end += 1
        enough = 2 if first.mark in "|\t" else 3 if first.cells >= 3 or first.mark == ";" else 4
        if end - index >= enough:
            rows.update(dict.fromkeys(range(index, end), index))
        index = max(end, index + 1)
    return rows


def cells(row: str, mark: str) -> list[str]:
    if mark == ",":
        return [cell.strip() for cell in next(csv.reader([row], skipinitialspace=True))]
    return [cell.strip() for cell in row.strip().strip("|").split(mark)]


def sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    here = start
    for found in _END.finditer(text, start, end):
        before, after = text[here : found.end()], text[found.end() : end]
        following = after.lstrip()[:1]
        if following and following.islower():
            continue
        if found.group().startswith(".") and len(found.group()) == 1:
            if _CLOCK.search(before):
                if _DAY.match(after) or not following.isupper():
                    continue
            elif _ABBREVIATION.search(before) and not re.search(r"\s[a-z]{2,}\.$", before[-4:]):
                continue
        if before.strip():
            yield _trim(text, here, found.end())
        here = found.end()
    if text[here:end].strip():
        yield _trim(text, here, end)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def _wrapped(above: Line, below: Line) -> bool:
    """Whether a line goes on in the next one, as in a PDF's text."""
    return len(above.text) > 45 and not re.search(r"[.!?:;…]$", above.text) and below.text[:1].islower()


@lru_cache(maxsize=4_096)
def units(text: str) -> tuple[Unit, ...]:
    """All pieces of the text in order; blank and ruling lines are no pieces."""
    found: list[Unit] = []
    all_lines = list(lines(text))
    rows = _tables(all_lines)
    lead: tuple[int, int] | None = None
    paragraph, index = 0, 0
    while index < len(all_lines):
        line = all_lines[index]
        if not line.text:
            paragraph += 1
        elif index in rows:
            _row(found, all_lines, rows, index, paragraph)
        elif heading := _HEADING.match(line.text):
            lead = None
            paragraph += 1
            found.append(
                Unit(
                    line.start + heading.start(2), line.start + heading.end(2), "heading", level=len(heading.group(1)), paragraph=paragraph
                )
            )
            paragraph += 1
        elif not _RULE.match(line.text):
            end = index
            while (
                end + 1 < len(all_lines)
                and end + 1 not in rows
                and not _ITEM.match(all_lines[end + 1].text)
                and (_wrapped(all_lines[end], all_lines[end + 1]))
            ):
                end += 1
            stop = all_lines[end].end
            if item := _ITEM.match(text, line.start, stop):
                found.append(Unit(item.end(), stop, "item", paragraph=paragraph, lead=lead))
            else:
                pieces = list(sentence_spans(text, line.start, stop))
                found.extend(Unit(s, e, "sentence", paragraph=paragraph) for s, e in pieces)
                lead = pieces[-1] if pieces and text[pieces[-1][1] - 1] == ":" else None
            index = end
        index += 1
    return tuple(found)


def _row(found: list[Unit], all_lines: list[Line], rows: dict[int, int], index: int, paragraph: int) -> None:
    line, first = all_lines[index], rows[index]
    if _RULE.match(line.text):
        return
    if index == first and _is_header(all_lines, rows, first):
        found.append(Unit(line.start, line.end, "columns", paragraph=paragraph))
        return
    header = all_lines[first] if first != index and _is_header(all_lines, rows, first) else None
    found.append(Unit(line.start, line.end, "row", paragraph=paragraph, columns=(header.start, header.end) if header else None))


def _is_header(all_lines: list[Line], rows: dict[int, int], first: int) -> bool:
    """A first row without digits over rows that have some, or one ruled off below."""
    if all_lines[first].mark == ";" and ": " in all_lines[first].text:
        return False
    body = [all_lines[i].text for i, table in rows.items() if table == first and i != first]
    ruled = bool(body) and bool(_RULE.match(body[0]))
    return ruled or (not re.search(r"\d", re.sub(r"\([^)]*\)", "", all_lines[first].text)) and any(re.search(r"\d", row) for row in body))
