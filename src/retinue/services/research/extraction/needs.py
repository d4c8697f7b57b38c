"""What the site's own words suggest is hard for the company, and where an agent could help: inferences, never facts."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from retinue.services.research.extraction.claims import Claim, claim
from retinue.services.research.extraction.hours import always_open, closed_on, last_hour
from retinue.services.research.extraction.site import Sentence, Site
from retinue.services.research.extraction.tools import tools_of_kind

_EACH = 2  # sentences that one sign may rest on
_EXCERPT = 150  # characters of the quote repeated in the value
_QUESTION = re.compile(r"^(?:do|can|how|what|when|where|which|is|are|will|why|who|should|must|does)\b.{5,110}\?$", re.IGNORECASE)
_TELLING = re.compile(
    r"\b(?:currently|still|often|every|each|last (?:month|week|year)|we know|yet|instead|only|nobody|always|worst|busiest|by hand)\b|\d",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sign:
    name: str
    says: re.Pattern[str]
    unless: re.Pattern[str] | None
    never: frozenset[str]
    pain: str
    why: str
    opportunity: str
    confidence: float

    def in_sentence(self, sentence: Sentence) -> bool:
        text = sentence.text
        if sentence.line.kind in self.never or not self.says.search(text):
            return False
        return not (self.unless and self.unless.search(text))


@cache
def signs() -> tuple[Sign, ...]:
    table = tomllib.loads(files(__package__).joinpath("signs.toml").read_text(encoding="utf-8"))
    return tuple(
        Sign(
            name,
            re.compile("|".join(f"(?:{pattern})" for pattern in entry["says"]), re.IGNORECASE),
            re.compile(entry["unless"], re.IGNORECASE) if "unless" in entry else None,
            frozenset(entry.get("never", ())),
            entry.get("pain", ""),
            entry["why"],
            entry["opportunity"],
            entry["confidence"],
        )
        for name, entry in table.items()
    )


def need_claims(site: Site, found: list[Claim]) -> Iterator[Claim]:
    """`found` are the facts already claimed: some needs follow from what was, or was not, among them."""
    sentences = [s for s in site.sentences if 12 <= len(s.text) <= 400 and not s.line.level and not _is_furniture(s)]
    used: set[tuple[str, int]] = set()
    for sign in signs():
        fresh = (s for s in sentences if (s.page.url, s.start) not in used and sign.in_sentence(s))
        for place, sentence in enumerate(sorted(fresh, key=lambda s: -_telling(s))[:_EACH]):
            used.add((sentence.page.url, sentence.start))
            confidence = sign.confidence * (0.85 + 0.15 * _telling(sentence)) - 0.12 * place
            said = f"“{_excerpt(sentence.text)}”"
            if sign.pain:
                value = f"{sign.pain} {said}"
                yield claim("pain_point", value, sentence.page, sentence.span, confidence, basis=sign.why)
            value = f"{sign.opportunity} {said}"
            yield claim("opportunity", value, sentence.page, sentence.span, confidence - 0.05, basis=sign.why)
    yield from _closed(site, found)
    yield from _questions(site)
    yield from _no_chat(site, found)


def _is_furniture(sentence: Sentence) -> bool:
    """Menus, buttons and footers, which every page repeats."""
    line = sentence.line
    return line.repeated and (len(sentence.text) < 45 or "·" in line.text or "|" in line.text)


def _telling(sentence: Sentence) -> float:
    """How much a sentence says: its own figures and words of habit count, questions and titles do not."""
    text = sentence.text
    score = 0.4 + 0.2 * min(2, len(_TELLING.findall(text)))
    score += 0.2 if re.search(r"\b(?:we|our|us|you)\b", text, re.IGNORECASE) else 0.0
    score -= 0.3 if text.endswith("?") or not re.search(r"[.!]$", text) else 0.0
    return max(0.0, min(1.0, score))


def _excerpt(text: str) -> str:
    text = text.strip().strip('“”"')
    return text if len(text) <= _EXCERPT else text[:_EXCERPT].rsplit(" ", 1)[0] + " …"


def _closed(site: Site, found: list[Claim]) -> Iterator[Claim]:
    hours = [c for c in found if c.field == "opening_hours" and not c.in_markup]
    if not hours:
        return
    best = max(hours, key=lambda c: c.confidence)
    if any(always_open(c.value) for c in hours):
        return
    days = [day for day in closed_on(best.value) if all(day in closed_on(c.value) for c in hours)]
    time = "at night" if max(last_hour(c.value) for c in hours) >= 20 else "in the evening"
    when = f"{time} and on {' and '.join(days) if len(days) < 3 else f'{len(days)} days of the week'}" if days else time
    page = next(page for page in site.pages if page.url == best.source_url)
    why = "The stated opening hours leave these times without anyone to answer."
    span = (best.start, best.end)
    yield claim("pain_point", f"By its opening hours, nobody answers {when}.", page, span, 0.5, basis=why)
    yield claim("opportunity", f"Answer visitors {when}, when the company is closed.", page, span, 0.5, basis=why)


def _questions(site: Site) -> Iterator[Claim]:
    asked = [s for s in site.sentences if _QUESTION.match(s.text) and s.line.kind == "questions"]
    if len(asked) >= 3:
        why = f"The site answers {len(asked)} such questions in writing; the first is quoted."
        value = f"Answer in conversation the questions that the site answers in writing ({len(asked)} on its question page)."
        yield claim("opportunity", value, asked[0].page, asked[0].span, 0.5, basis=why)


def _no_chat(site: Site, found: list[Claim]) -> Iterator[Claim]:
    """Silence about a chat says something only when the markup of several pages was read."""
    if tools_of_kind(found, "chat") or sum(page.markup is not None for page in site.pages) < 2:
        return
    contact = re.compile(r"\b(?:contact us|call us|e-?mail us|get in touch|ring us|write to us|contact form|phone us)\b", re.IGNORECASE)
    sentence = next((s for s in site.sentences if contact.search(s.text) and len(s.text) >= 20 and not s.line.level), None)
    if sentence and not re.search(r"\blive chat\b|\bchat (?:with us|button)\b", " ".join(p.text for p in site.pages), re.IGNORECASE):
        why = "The pages load no chat of a known vendor; the quoted words name the ways to get in touch."
        value = "Add a chat: none was seen on the pages that were read."
        yield claim("opportunity", value, sentence.page, sentence.span, 0.45, basis=why)
