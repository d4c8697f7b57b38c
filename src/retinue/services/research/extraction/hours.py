"""When the company is open."""

import re
from collections.abc import Iterator

from retinue.services.research.extraction.claims import Claim, anywhere, claim
from retinue.services.research.extraction.site import Line, Site

_DAY = r"(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?s?\b\.?|weekdays?|weekends?|daily|every\s*day|bank holidays|public holidays"
_CLOCK = r"(?:\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?|noon|midday|midnight)"
_RANGE = rf"{_CLOCK}\s*(?:–|—|-|to|until|till)\s*{_CLOCK}"
_DAYS = re.compile(rf"\b(?:{_DAY})", re.IGNORECASE)
_TIMES = re.compile(rf"(?<![\d/£$€]){_RANGE}(?!\s*(?:%|years?|days?|weeks?|minutes?|hours?|people|miles|km))", re.IGNORECASE)
_CLOSED = re.compile(r"\bclosed\b|\bby appointment\b|\b24 hours\b|\b24/7\b|\bopen all day\b", re.IGNORECASE)
_ALWAYS = re.compile(r"\b24/7\b|\b24 hours a day\b|\bround the clock\b|\b24-hour\b", re.IGNORECASE)
_TOPIC = re.compile(r"\b(?:open(?:ing)?|hours|office|phones?|lines|visit|call|contact|answered|staffed|available)\b", re.IGNORECASE)
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def hours_claims(site: Site) -> Iterator[Claim]:
    for page in site.pages:
        for thing in page.things:
            declared = thing.get("openingHours")
            text = "; ".join(declared) if isinstance(declared, list) and all(isinstance(d, str) for d in declared) else declared
            if isinstance(text, str) and text.strip() and (found := anywhere("opening_hours", text, page, text.split("; ")[0], 0.75)):
                yield found
        if site.kind(page) not in {"legal", "jobs", "news"}:
            yield from _groups([line for line in site.lines if line.page is page], site)


def says_hours(text: str) -> bool:
    """A day with a time range, or a day that is closed."""
    return bool(_DAYS.search(text) and (_TIMES.search(text) or _CLOSED.search(text)))


def _groups(lines: list[Line], site: Site) -> Iterator[Claim]:
    """Neighbouring lines of hours are one claim, quoted together; a table with the days on top is a claim a row."""
    index = 0
    while index < len(lines):
        line = lines[index]
        if days := _day_columns(line.text):
            rows = index + 1
            while rows < len(lines) and (cells := _cells(lines[rows].text)) and len(cells) >= len(days) and _is_times(cells[-1]):
                yield _table_row(line, days, lines[rows], cells, site)
                rows += 1
            index = max(rows, index + 1)
            continue
        last = _last_of_pairs(lines, index)
        if last > index:
            yield _claim(line, lines[last], site, 0.95)
        elif says_hours(line.text) and len(line.text) <= 130:
            last = index
            while last + 1 < len(lines) and says_hours(lines[last + 1].text) and len(lines[last + 1].text) <= 130:
                last += 1
            sure = _TOPIC.search(line.section) or _TOPIC.search(line.text) or last > index or line.repeated
            yield _claim(line, lines[last], site, 0.95 if sure else 0.6)
        elif says_hours(line.text):
            yield from _in_sentences(line, site)
        index = last + 1


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in re.split(r";\s+|\t|\s\|\s", text) if cell.strip()]


def _is_times(cell: str) -> bool:
    return bool(_TIMES.fullmatch(cell) or _CLOSED.fullmatch(cell) or cell in {"–", "-", "—"})


def _day_columns(text: str) -> list[str]:
    cells = [cell for cell in _cells(text) if cell]
    days = [cell for cell in cells if re.fullmatch(rf"(?:{_DAY})(?:\s*(?:–|—|-|to|&|and)\s*(?:{_DAY}))?", cell, re.IGNORECASE)]
    return days if len(days) >= 2 and len(days) >= len(cells) - 1 else []


def _table_row(head: Line, days: list[str], row: Line, cells: list[str], site: Site) -> Claim:
    place = cells[0] if len(cells) > len(days) else _whose(head)
    times = cells[-len(days) :]
    value = ", ".join(f"{day} {time}" for day, time in zip(days, times, strict=True))
    return claim("opening_hours", f"{place}: {value}" if place else value, row.page, (head.start, row.end), 0.95 * site.weight(row.page))


def _last_of_pairs(lines: list[Line], index: int) -> int:
    """The days on one line and their times on the next, pair after pair."""
    last = index
    at = index
    while (
        at + 1 < len(lines)
        and re.match(rf"(?:{_DAY})", lines[at].text, re.I)
        and len(lines[at].text) < 40
        and not says_hours(lines[at].text)
    ):
        if not (_TIMES.match(lines[at + 1].text) or _CLOSED.match(lines[at + 1].text)):
            break
        last = at + 1
        at += 2
    return last


def _whose(line: Line) -> str:
    """The branch or desk that the heading above names, if it is a name rather than `Opening hours`."""
    title = line.section
    plain = re.search(r"\bhours\b|\bopen|contact|visit us|find us|get hold|get in touch|doors|footer|when\b", title, re.IGNORECASE)
    return "" if plain or not title or len(title) > 40 or line.repeated else title


def _claim(first: Line, last: Line, site: Site, confidence: float) -> Claim:
    page = first.page
    rows = [row.strip() for row in page.text[first.start : last.end].split("\n") if row.strip()]
    if all(not says_hours(row) for row in rows[:1]) and len(rows) % 2 == 0:
        rows = [f"{day} {time}" for day, time in zip(rows[::2], rows[1::2], strict=True)]
    value = "; ".join(re.sub(r"\s*(?:[\t|]|;)\s*", " ", row).rstrip(".") for row in rows)
    if whose := _whose(first):
        value = f"{whose}: {value}"
    return claim("opening_hours", value, page, (first.start, last.end), confidence * max(0.8, site.weight(page)))


def _in_sentences(line: Line, site: Site) -> Iterator[Claim]:
    for text, start in line.sentences():
        if says_hours(text) and _TOPIC.search(text):
            yield claim("opening_hours", text, line.page, (start, start + len(text)), 0.8 * site.weight(line.page))


def always_open(text: str) -> bool:
    return bool(_ALWAYS.search(text))


def last_hour(hours: str) -> int:
    """The latest closing hour named, 0 to 24; a small one is taken for an afternoon."""
    latest = 0
    for match in re.finditer(rf"(?:–|—|-|to|until|till)\s*(?P<end>{_CLOCK})", hours, re.IGNORECASE):
        found = re.match(r"(\d{1,2})", match["end"])
        hour = int(found[1]) if found else 24 if "night" in match["end"] else 12
        later = hour < 12 and not re.search(r"a\.?m", match["end"], re.IGNORECASE)
        latest = max(latest, hour + 12 if later else hour)
    return min(latest, 24)


def closed_on(hours: str) -> list[str]:
    """Days that these hours name as closed or do not name at all; empty when the text names no days."""
    if always_open(hours) or not _DAYS.search(hours) or re.search(r"\b(?:daily|every\s*day|7 days)\b", hours, re.IGNORECASE):
        return []
    opened: set[int] = set()
    short = [name[:3].casefold() for name in _DAY_NAMES]
    days = r"(?:mon|tue|wed|thu|fri|sat|sun)\w*"
    for part in re.split(
        rf"[;\n]|,(?=\s*(?:and\s+)?{days})|(?<=\d)\s+(?=and\s+{days})|(?<=m)\s+(?=and\s+{days})", hours, flags=re.IGNORECASE
    ):
        if re.search(r"\bclosed\b", part, re.IGNORECASE):
            continue
        named = [short.index(match.group()[:3].casefold()) for match in re.finditer(rf"\b{days}", part, re.IGNORECASE)]
        if re.search(r"\bweekdays?\b", part, re.IGNORECASE):
            opened |= {0, 1, 2, 3, 4}
        if re.search(r"\bweekends?\b", part, re.IGNORECASE):
            opened |= {5, 6}
        if len(named) >= 2 and re.search(rf"(?:-|–|—|\bto\b|through)\s*{days}", part, re.IGNORECASE):
            first, last = named[0], named[1]
            opened |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
        opened |= set(named)
    return [name for index, name in enumerate(_DAY_NAMES) if index not in opened] if opened else []
