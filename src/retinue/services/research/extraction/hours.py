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
            if isinstance(text, str) and text.strip():
                if found := anywhere("opening_hours", text, page, text.split("; ")[0], 0.75):
                    yield found
        yield from _groups([line for line in site.lines if line.page is page], site)


def says_hours(text: str) -> bool:
    """A day with a time range, or a day that is closed."""
    return bool(_DAYS.search(text) and (_TIMES.search(text) or _CLOSED.search(text)))


def _groups(lines: list[Line], site: Site) -> Iterator[Claim]:
    """Neighbouring lines of hours are one claim, quoted together."""
    index = 0
    while index < len(lines):
        line = lines[index]
        day_alone = bool(_DAYS.match(line.text)) and len(line.text) < 40 and index + 1 < len(lines)
        if day_alone and not says_hours(line.text) and (_TIMES.match(lines[index + 1].text) or _CLOSED.match(lines[index + 1].text)):
            last = _last_of_pairs(lines, index)
            yield _claim(line, lines[last], site, 0.95)
            index = last + 1
            continue
        if not says_hours(line.text):
            index += 1
            continue
        if len(line.text) > 130:
            yield from _in_sentences(line, site)
            index += 1
            continue
        last = index
        while last + 1 < len(lines) and says_hours(lines[last + 1].text) and len(lines[last + 1].text) <= 130:
            last += 1
        about_hours = _TOPIC.search(line.section) or _TOPIC.search(line.text) or last > index or line.repeated
        yield _claim(line, lines[last], site, 0.95 if about_hours else 0.6)
        index = last + 1


def _last_of_pairs(lines: list[Line], index: int) -> int:
    last = index + 1
    while last + 2 < len(lines) and _DAYS.match(lines[last + 1].text) and (_TIMES.match(lines[last + 2].text) or _CLOSED.match(lines[last + 2].text)):
        last += 2
    return last


def _claim(first: Line, last: Line, site: Site, confidence: float) -> Claim:
    page = first.page
    text = page.text[first.start : last.end]
    rows = [re.sub(r"\s*[\t|]\s*", ": ", row.strip()) for row in text.split("\n") if row.strip()]
    value = "; ".join(rows)
    value = re.sub(r"((?:^|; )[A-Z][a-z]+(?: ?[-–&] ?[A-Z][a-z]+)*); (?=\d|[Cc]losed)", r"\1: ", value)
    whose = first.section if first.section and not re.search(r"hours|open|contact|visit", first.section, re.I) and len(first.section) < 40 else ""
    if whose and first.kind in {"contact", "home"} and not first.repeated and re.search(r"\b(?:line|shop|office|clinic|desk|team|emergency|workshop)\b", whose, re.I):
        value = f"{whose}: {value}"
    return claim("opening_hours", value, page, (first.start, last.end), confidence * max(0.8, site.weight(page)))


def _in_sentences(line: Line, site: Site) -> Iterator[Claim]:
    for text, start in line.sentences():
        if says_hours(text) and _TOPIC.search(text):
            yield claim("opening_hours", text, line.page, (start, start + len(text)), 0.8 * site.weight(line.page))


def always_open(text: str) -> bool:
    return bool(_ALWAYS.search(text))


def closed_on(hours: str) -> list[str]:
    """Days that these hours name as closed or do not name at all; empty when the text names no days."""
    if always_open(hours) or not _DAYS.search(hours) or re.search(r"\b(?:daily|every\s*day|7 days)\b", hours, re.IGNORECASE):
        return []
    opened: set[int] = set()
    short = [name[:3].casefold() for name in _DAY_NAMES]
    for part in re.split(r"[;\n,](?=\s*(?:and\s+)?[A-Za-z])|\band\b(?=\s+(?:Sat|Sun|Mon|Tue|Wed|Thu|Fri))", hours):
        if re.search(r"\bclosed\b", part, re.IGNORECASE):
            continue
        named = [short.index(m.group()[:3].casefold()) for m in re.finditer(r"\b(?:mon|tue|wed|thu|fri|sat|sun)\w*", part, re.I)]
        if re.search(r"\bweekdays?\b", part, re.IGNORECASE):
            opened |= {0, 1, 2, 3, 4}
        if re.search(r"\bweekends?\b", part, re.IGNORECASE):
            opened |= {5, 6}
        if len(named) >= 2 and re.search(r"(?:-|–|—|\bto\b|through)\s*(?:mon|tue|wed|thu|fri|sat|sun)", part, re.I):
            first, last = named[0], named[1]
            opened |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
        opened |= set(named)
    return [name for index, name in enumerate(_DAY_NAMES) if index not in opened] if opened else []
