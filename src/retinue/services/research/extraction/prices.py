"""What things cost."""

import re
from collections.abc import Iterator

from price_parser import Price

from retinue.services.research.extraction.claims import Claim, anywhere, claim
from retinue.services.research.extraction.site import Line, Site

_MONEY = r"(?:[£€$]\s?\d[\d,]*(?:\.\d{1,2})?k?|\d[\d.,]*\s?(?:€|£|EUR\b|GBP\b|USD\b|CHF\b|euros?\b|pounds\b|dollars\b)|(?:EUR|GBP|USD|CHF)\s?\d[\d.,]*)"
_AMOUNT = re.compile(_MONEY)
_UNIT = re.compile(
    r"^\s*(?:\(?(?:\+|plus|ex\.?|inc\.?|incl\.?|excl?\.?)\s*VAT\)?\s*)?(?:/|per|a|an|each|p/|pp|pcm|pm|ph)\s*"
    r"(?:person|head|month|mo|week|year|yr|annum|hour|hr|day|night|visit|session|seat|user|item|m2|sq(?:uare)? ?(?:m|ft)|m|kg|child|adult|"
    r"household|vehicle|unit|class|lesson|ticket|room|booking|order|mile|boat|bike|pet|call-?out|word|page|desk|guest)?\b",
    re.IGNORECASE,
)
_LEAD = re.compile(r"(?:\b(?:from|up to|starting (?:at|from)|starts? (?:at|from)|only|just|under|over|between)\s*)$", re.IGNORECASE)
_NOT_PRICE = re.compile(
    r"\b(?:turnover|revenue|raised|funding|saved?|saving|insur\w*|worth|fund(?:ed)?|donat\w*|salary|per annum|£\d+k|liability|prize|million|billion)\b",
    re.IGNORECASE,
)


def price_claims(site: Site) -> Iterator[Claim]:
    for line in site.lines:
        if line.kind in {"legal", "news"} or not _AMOUNT.search(line.text):
            continue
        cells = [cell.strip() for cell in re.split(r"\t|\s\|\s|\|", line.text) if cell.strip()]
        if len(cells) >= 2:
            yield from _row(line, cells, site)
        elif len(line.text) <= 120:
            yield from _in(line.text, line.start, line, site, 0.9)
        else:
            for text, start in line.sentences():
                yield from _in(text, start, line, site, 0.8)
    yield from _declared(site)


def _declared(site: Site) -> Iterator[Claim]:
    for page in site.pages:
        for thing in page.things:
            offer = thing.get("offers")
            offer = offer[0] if isinstance(offer, list) and offer else offer
            if isinstance(thing.get("price"), str | int | float) and isinstance(thing.get("name"), str):
                offer = thing
            name = thing.get("name")
            if not (isinstance(offer, dict) and isinstance(name, str) and isinstance(offer.get("price"), str | int | float)):
                continue
            value = f"{name}: {offer.get('priceCurrency', '')} {offer['price']}".replace("  ", " ")
            if found := anywhere("price", value, page, str(offer["price"]), 0.85):
                yield found


def _row(line: Line, cells: list[str], site: Site) -> Iterator[Claim]:
    label = next((cell for cell in cells if not _AMOUNT.search(cell)), line.section)
    amounts = [cell for cell in cells if _AMOUNT.search(cell)]
    if _NOT_PRICE.search(line.text):
        return
    value = f"{label.rstrip(':')}: {' / '.join(amounts)}"
    yield claim("price", value, line.page, (line.start, line.end), 0.95 * site.weight(line.page))


def _in(text: str, start: int, line: Line, site: Site, confidence: float) -> Iterator[Claim]:
    """Prices of one line or sentence. The words before an amount label it; else the heading does."""
    if _NOT_PRICE.search(text):
        return
    matches = list(_AMOUNT.finditer(text))
    if len(matches) > 1 and _one_offer(text, matches):
        matches = matches[:1]
        whole = True
    else:
        whole = len(matches) == 1
    begin = 0
    for match in matches:
        price = Price.fromstring(match.group())
        if price.amount is None or price.currency is None:
            continue
        before = text[begin : match.start()]
        after = text[match.end() :]
        if re.match(r"\s?(?:million|billion|m\b|bn\b)", after):
            continue
        unit = _UNIT.match(after)
        lead = _LEAD.search(before)
        stop = match.end() + (unit.end() if unit else 0)
        label = _label(before[: lead.start()] if lead else before)
        begin = stop
        if whole and len(text) > 60 and not re.match(r"^[^.]{2,60}(?:[:–—\t]| - )", text):
            value = text.strip().rstrip(".")
        elif label:
            amount = f"{lead.group().strip()} " if lead else ""
            value = f"{label}: {amount}{match.group()}{unit.group().rstrip() if unit else ''}"
            if whole and (rest := text[stop:].strip(" .–—-,")) and len(rest) < 60:
                value += f" {rest}" if rest[0] in "(+/" else f", {rest}"
        elif line.section or line.level:
            title = line.section or text
            value = f"{title}: {text.strip().rstrip('.')}" if whole else f"{title}: {match.group()}{unit.group() if unit else ''}"
        else:
            continue
        span = (start, start + len(text)) if whole or len(text) < 200 else (start + match.start() - len(before), start + stop)
        yield claim("price", value, line.page, span, confidence * site.weight(line.page))


def _one_offer(text: str, matches: list[re.Match[str]]) -> bool:
    """A range or a comparison of the same thing: `£40 to £60`, `was £40, now £30`."""
    between = text[matches[0].end() : matches[1].start()]
    return len(matches) == 2 and bool(re.fullmatch(r"\s*(?:–|—|-|to|and|or)\s*(?:about |around )?", between))


def _label(before: str) -> str:
    """The thing that is priced: the last clause before the amount, unless it is a mere connective."""
    clause = re.split(r"[;!?]|,\s+(?:and\s+)?|\band\s+(?=[a-z])|\.\s", before.strip())[-1].strip(" :–—-.(\t|")
    clause = re.sub(r"\b(?:is|are|costs?|at|for|starts?|priced|charged|of|a|the|just|only|was|we charge)\s*$", "", clause, flags=re.I).strip()
    clause = re.sub(r"^(?:and|or|then|plus|with|our|a|an|the)\s+", "", clause, flags=re.IGNORECASE)
    return clause if len(clause) >= 3 and re.search(r"[A-Za-z]{3}", clause) else ""
