"""How the pages are seen as one site: which page is which, which lines are headings, what merely repeats."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Literal
from urllib.parse import urlsplit

from retinue.services.research.extraction.pages import Page, Pages

Kind = Literal["home", "about", "contact", "offer", "price", "questions", "news", "jobs", "legal", "other"]

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("legal", r"privacy|terms|legal|cookie|imprint|impressum|disclaimer|gdpr|polic(?:y|ies)|handbook"),
    ("questions", r"faq|questions|help|support|returns?|delivery|shipping"),
    ("jobs", r"careers?|jobs?|vacanc|work-with-us|join-us|recruitment"),
    ("contact", r"contact|find-us|visit-us|locations?|branches|stores|offices|depots|hours|directions|kontakt"),
    ("about", r"about|company|team|story|who-we-are|history|mission|ueber"),
    ("price", r"pric|rates?|fees|tariff|cost|plans?|menu"),
    ("offer", r"service|product|solution|treatment|course|class|shop|offer|work|what-we-do|rooms?|programs?|leistung"),
    ("news", r"blog|news|articles?|press|events?|case|stories|reviews?|testimonials?"),
)
WEIGHT: dict[Kind, float] = {
    "home": 1.0, "about": 1.0, "contact": 1.0, "offer": 0.9, "price": 0.9, "questions": 0.8, "other": 0.75, "news": 0.6,
    "jobs": 0.6,
    "legal": 0.5,
}  # fmt: skip

_MARKS = re.compile(r"^[\s#>*•·▪\-–—✓✔]+(?=\S)")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]?\s+(?=[\"'“‘(]?[A-Z0-9£€$])")
_ABBREVIATION = re.compile(r"\b(?:St|Dr|Mr|Mrs|Ms|Prof|No|e\.g|i\.e|est|Est|Inc|Ltd|Co|vs|approx|Tel|tel|ext|a\.m|p\.m)\.$")


@dataclass(frozen=True)
class Line:
    """A block of a page's text; `level` is 0 unless it is a heading, `under` the titles above it, outermost first."""

    page: Page
    kind: Kind
    text: str
    start: int
    level: int
    under: tuple[str, ...]
    bullet: bool
    repeated: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def section(self) -> str:
        return self.under[-1] if self.under else ""

    def sentences(self) -> Iterator[tuple[str, int]]:
        """Each sentence with its offset in the page's text."""
        begin = 0
        for match in _SENTENCE_END.finditer(self.text):
            if _ABBREVIATION.search(self.text[begin : match.start()]):
                continue
            yield self.text[begin : match.end()].rstrip(), self.start + begin
            begin = match.end()
        if self.text[begin:].strip():
            yield self.text[begin:].rstrip(), self.start + begin


@dataclass(frozen=True)
class Sentence:
    text: str
    start: int
    line: Line

    @property
    def page(self) -> Page:
        return self.line.page

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.start + len(self.text)


class Site:
    """The pages, the weightiest first. A line that stands on several pages counts once, on the first of them."""

    def __init__(self, pages: Pages) -> None:
        first_host = _host(pages.pages[0].url) if pages.pages else ""
        self.given_name = pages.company
        unique = {page.url.split("#")[0].rstrip("/"): page for page in reversed(pages.pages)}
        self._kinds = {id(page): kind_of(page) for page in unique.values()}
        ordered = [page for page in pages.pages if unique.get(page.url.split("#")[0].rstrip("/")) is page]
        self.pages = sorted(ordered, key=lambda page: -self.weight(page))
        self.host = first_host

    def kind(self, page: Page) -> Kind:
        return self._kinds[id(page)]

    def weight(self, page: Page) -> float:
        return WEIGHT[self.kind(page)]

    @cached_property
    def all_lines(self) -> list[Line]:
        """Every line of every page, repeated ones too, in reading order page by page."""
        counts = Counter(text for page in self.pages for text in {t.casefold() for t, _, _ in _blocks(page.text)})
        several = 2 if len(self.pages) < 6 else 3
        return [
            Line(page, self.kind(page), text, start, level, under, bullet, counts[text.casefold()] >= several)
            for page in self.pages
            for text, start, level, under, bullet in _outlined(page)
        ]

    @cached_property
    def lines(self) -> list[Line]:
        seen: set[str] = set()
        kept = []
        for line in self.all_lines:
            key = line.text.casefold()
            if line.repeated and key in seen:
                continue
            seen.add(key)
            kept.append(line)
        return kept

    @cached_property
    def sentences(self) -> list[Sentence]:
        return [Sentence(text, start, line) for line in self.lines for text, start in line.sentences()]

    @cached_property
    def name(self) -> str:
        """The company's name as given, else as its own data, its titles or its host say."""
        if self.given_name:
            return self.given_name
        for page in self.pages:
            if page.html_meta.site_name:
                return page.html_meta.site_name.strip()
            for thing in page.things:
                kind = str(thing.get("@type", ""))
                if re.search(r"Organization|Business|Store|Corporation|Restaurant|Hotel|Service$|Clinic|Dentist", kind):
                    name = thing.get("name")
                    if isinstance(name, str) and name.strip() and kind not in {"Service", "WebSite"}:
                        return name.strip()
        parts = Counter(part.strip() for page in self.pages for part in re.split(r"\s+[|–—·-]\s+", page.title) if part.strip())
        if parts:
            part, times = parts.most_common(1)[0]
            if times > 1 or len(self.pages) == 1:
                return part
        return self.host.removeprefix("www.").split(".")[0].replace("-", " ").title()

    def is_named_in(self, text: str) -> bool:
        """Whether `text` has the first word of the company's name; files may have none."""
        return any(word in text for word in self.name.split()[:1])


def kind_of(page: Page) -> Kind:
    path = urlsplit(page.url).path.casefold().strip("/")
    path = re.sub(r"\.(html?|php|aspx?)$", "", path)
    if path in {"", "index", "home", "en"}:
        return "home"
    last = path.rsplit("/", 1)[-1]
    folders = path.rsplit("/", 1)[0] if "/" in path else ""
    if re.search(rf"(?:^|[^a-z])(?:{dict(_KINDS)['news']})", folders):
        return "news"
    for words in (last, folders):
        for kind, pattern in _KINDS:
            if words and re.search(rf"(?:^|[^a-z])(?:{pattern})", words):
                return kind
    title = re.match(r"(about|contact|services|products|pric(?:es|ing)|faq|frequently|our team|privacy|terms)", page.title.casefold())
    begins: dict[str, Kind] = {"ab": "about", "co": "contact", "se": "offer", "pr": "price", "fa": "questions", "fr": "questions",
                               "ou": "about", "te": "legal"}  # fmt: skip
    if title:
        return "offer" if title[1] == "products" else "legal" if title[1] == "privacy" else begins[title[1][:2]]
    return "other"


def is_index(page: Page) -> bool:
    """Whether the page lists what is offered, rather than describes one thing in a folder of such pages."""
    path = re.sub(r"\.(html?|php|aspx?)$", "", urlsplit(page.url).path.casefold().strip("/"))
    return "/" not in path or path.rsplit("/", 1)[-1] in {"index", "overview", "all"}


def _host(url: str) -> str:
    return urlsplit(url).netloc.casefold()


def _blocks(text: str) -> Iterator[tuple[str, int, bool]]:
    """Lines without their list and heading marks: text, offset, whether it carried a mark of a list."""
    for match in re.finditer(r"[^\n]+", text):
        raw = match.group().rstrip()
        marks = _MARKS.match(raw)
        skip = marks.end() if marks else len(raw) - len(raw.lstrip())
        if raw[skip:]:
            listed = bool(marks) and "#" not in raw[:skip] and bool(raw[:skip].strip())
            yield raw[skip:], match.start() + skip, listed


def _outlined(page: Page) -> Iterator[tuple[str, int, int, tuple[str, ...], bool]]:
    headings = _headings(page)
    stack: list[tuple[int, str]] = []
    for text, start, bullet in _blocks(page.text):
        level = headings.get(start, 0)
        if level:
            stack = [entry for entry in stack if entry[0] < level]
        yield text, start, level, tuple(title for _, title in stack), bullet
        if level:
            stack.append((level, text))


def _headings(page: Page) -> dict[int, int]:
    """Offset of each heading line to its level: from the outline, or from the look of the lines without one."""
    blocks = list(_blocks(page.text))
    found: dict[int, int] = {}
    if page.sections:
        for section in page.sections:
            title = " ".join(section.title.split()).casefold()
            near = [
                (abs(start - section.start), start)
                for text, start, _ in blocks
                if start not in found and " ".join(text.split()).casefold() == title and start <= section.end
            ]
            if near:
                found[min(near)[1]] = max(1, section.level)
        return found
    for (text, start, bullet), following in zip_longest(blocks, blocks[1:], fillvalue=("", 0, False)):
        line_begin = page.text.rfind("\n", 0, start) + 1
        sharps = page.text[line_begin:start].count("#")
        if sharps:
            found[start] = sharps
        elif (
            not bullet
            and len(text) <= 60
            and len(text.split()) <= 8
            and text[0].isupper()
            and not re.search(r"[.,;:!|\t]$|\d{4,}|[£€$@|\t]", text)
            and len(following[0]) > max(60, len(text))
        ):
            found[start] = 2
    return found
