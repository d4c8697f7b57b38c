"""What things cost."""

import re
from collections.abc import Iterator

from price_parser import Price

from retinue.services.research.extraction.claims import Claim, anywhere, claim
from retinue.services.research.extraction.rows import Cell, cells_of
from retinue.services.research.extraction.site import Line, Site

_MONEY = (
    r"(?:[£€$]\s?\d[\d,]*(?:\.\d{1,2})?k?|\d[\d.,]*\s?(?:€|£|EUR\b|GBP\b|USD\b|CHF\b|euros?\b|pounds\b|dollars\b)|"
    r"(?:EUR|GBP|USD|CHF)\s?\d[\d.,]*)"
)
_AMOUNT = re.compile(_MONEY)
_UNIT = re.compile(
    r"^\s*(?:\(?(?:\+|plus|ex\.?|inc\.?|incl\.?|excl?\.?)\s*VAT\)?\s*)?(?:/|per|a|an|each|p/|pp|pcm|pm|ph)\s*"
    r"(?:person|head|month|mo|week|year|yr|annum|hour|hr|day|night|visit|session|seat|user|item|m2|sq(?:uare)? ?(?:m|ft)|kg|"
    r"child|adult|household|vehicle|unit|class|lesson|ticket|room|booking|order|mile|boat|bike|pet|call-?out|word|page|desk|"
    r"guest|way)?\b",
    re.IGNORECASE,
)
_LEAD = re.compile(r"(?:\b(?:from|starting (?:at|from)|starts? (?:at|from)|only|just)\s*)$", re.IGNORECASE)
_BOUND = re.compile(
    r"\b(?:over|above|under|below|more than|less than|up to|at least|at most|exceed\w*|within|worth)\s*(?:about\s*)?$", re.IGNORECASE
)
_NOT_PRICE = re.compile(
    r"\b(?:turnover|revenue|raised|funding|saved?|saving|insurance|insured|funded|donat\w*|salar\w+|per annum|liability|prize|"
    r"million|billion|an? hour, \d+ (?:days|hours)|compensation|late fee|deductible)\b",
    re.IGNORECASE,
)
_PRICE_HEADER = re.compile(r"\b(?:price|fee|cost|rate|amount|charge|tariff|preis)s?\b", re.IGNORECASE)
_CURRENCY_HEADER = re.compile(r"^(?:currency|curr\.?|währung)$", re.IGNORECASE)
_SIGN = {"GBP": "£", "EUR": "€", "USD": "$"}


def price_claims(site: Site) -> Iterator[Claim]:
    titles: list[Cell] = []
    for line in site.lines:
        if line.kind in {"legal", "news", "jobs"}:
            continue
        cells = cells_of(line.text)
        if not _AMOUNT.search(line.text) or len(cells) < 2:
            titles = cells
        elif len(titles) == len(cells) and not any(cell.header for cell in cells):
            cells = [Cell(title.value, cell.value) for title, cell in zip(titles, cells, strict=True)]
        if len(cells) >= 2 and (row := _row(cells, line)):
            yield claim("price", row, line.page, (line.start, line.end), 0.95 * site.weight(line.page))
        elif not _AMOUNT.search(line.text) or line.level:
            continue
        elif not re.search(r"[.!?]$", line.text) and len(line.text) <= 120:
            yield from _short(line, site)
        else:
            for text, start in line.sentences():
                yield from _sentence(text, start, line, site)
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
            value = f"{name}: {_SIGN.get(str(offer.get('priceCurrency')), '')}{offer['price']}"
            if found := anywhere("price", value, page, str(offer["price"]), 0.85):
                yield found


def _row(cells: list[Cell], line: Line) -> str | None:
    """`Bench scale: from £38 per week`: the first cell of words names it, the cells of money price it."""
    currency = next((cell.value for cell in cells if _CURRENCY_HEADER.match(cell.header)), None)
    money: list[tuple[str, str]] = []
    names: list[Cell] = []
    other: list[Cell] = []
    for cell in cells:
        if _AMOUNT.search(cell.value):
            money.append((cell.header, cell.value))
        elif _PRICE_HEADER.search(cell.header) and re.fullmatch(r"\d[\d.,]*", cell.value) and currency:
            money.append(("", f"{_SIGN.get(currency, currency + ' ')}{cell.value}"))
        elif re.search(r"[A-Za-z]{2}", cell.value) and not _CURRENCY_HEADER.match(cell.header):
            (other if names else names).append(cell)
    if not money or not all(re.search(r"[1-9]", amount) for _, amount in money) or (len(money) == len(cells) and not line.section):
        return None
    if names and len(names[0].value.split()) > 14:
        return None
    name = names[0].value if names else line.section
    units = [cell.value for cell in other if re.fullmatch(r"(?:unit|per)", cell.header, re.IGNORECASE)]
    amounts = [_headed(header, amount) if header else amount for header, amount in money]
    per = f" per {units[0]}" if units and not re.search(r"\bper\b|/", amounts[0]) else ""
    return f"{name.rstrip(' :,')}: {'; '.join(amounts)}{per}"


def _headed(header: str, amount: str) -> str:
    """The amount with what its column's title adds: `from £38 per week`, `Silver £170`."""
    if re.fullmatch(r"(?:our )?(?:price|fee|cost|rate|charge)s?|from", header, re.IGNORECASE):
        return f"from {amount}" if header.casefold() == "from" else amount
    if match := re.fullmatch(r"(?P<lead>from)?,?\s*(?P<unit>(?:per|a|an|each) \w+)", header, re.IGNORECASE):
        return f"{'from ' if match['lead'] else ''}{amount} {match['unit'].casefold()}"
    return f"{header} {amount}"


def _short(line: Line, site: Site) -> Iterator[Claim]:
    """A line that is no sentence: `Puncture repair £18`, `Day ticket: adults £12, children £6`."""
    text = line.text
    matches = [m for m in _AMOUNT.finditer(text) if not _BOUND.search(text[: m.start()])]
    if not matches or _NOT_PRICE.search(text):
        return
    before = text[: matches[0].start()]
    lead = _LEAD.search(before)
    label = (before[: lead.start()] if lead else before).strip(" :–—-.(|,")
    if Price.fromstring(matches[0].group()).amount is None:
        return
    if len(label) < 3 or not re.search(r"[A-Za-z]{3}", label):
        if not line.section or (re.search(r"\bpric|\bfees?\b|\brates?\b", line.section, re.IGNORECASE) and len(text) < 8):
            return
        value = f"{line.section}: {text}"
    else:
        value = f"{label}: {text[lead.start() if lead else matches[0].start() :].strip()}"
    yield claim("price", value, line.page, (line.start, line.end), 0.9 * site.weight(line.page))


def _sentence(text: str, start: int, line: Line, site: Site) -> Iterator[Claim]:
    """A sentence that states a price is the value itself; bounds such as `orders above £250` alone are no price."""
    matches = [m for m in _AMOUNT.finditer(text) if not _BOUND.search(text[: m.start()])]
    if not matches or _NOT_PRICE.search(text) or len(text) > 260:
        return
    if re.search(r"\d\s?(?:k\b|million|billion)", matches[0].group()) or Price.fromstring(matches[0].group()).amount is None:
        return
    span = (start, start + len(text))
    yield claim("price", text.strip().rstrip("."), line.page, span, 0.8 * site.weight(line.page))
