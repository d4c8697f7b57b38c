"""How a profile is marked against a key of facts: which rule says that a claim is the fact.

telephone: same E.164 tail · e-mail, social profile: same address · founded: same year · size: same number · tool: same name ·
price: same amount, and half of the label's words · opening hours: three quarters of the times, and the days named ·
everything else: half of the stemmed words of the fact, or of one of its alternatives, stand in the claim's value
(pain points and opportunities: in its value or in its quote, since the key words them as the page does).
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import phonenumbers
import snowballstemmer

from retinue.services.research.extraction import Claim, Pages, Profile

_stem = snowballstemmer.stemmer("english").stemWord
_EMPTY = frozenset(
    [
        "a",
        "an",
        "and",
        "or",
        "of",
        "the",
        "to",
        "in",
        "for",
        "on",
        "with",
        "by",
        "from",
        "at",
        "as",
        "is",
        "are",
        "be",
        "it",
        "its",
        "that",
        "we",
        "our",
        "you",
        "your",
        "us",
        "this",
        "do",
        "does",
    ]
)


def read_key(path: Path, split: str | None = None) -> list[dict[str, object]]:
    return [fact for fact in json.loads(path.read_text()) if split is None or fact["split"] == split]


def words(text: str) -> set[str]:
    return {_stem(word) for word in re.findall(r"[\w]+", text.casefold()) if word not in _EMPTY}


def overlap(wanted: str, got: str) -> float:
    need = words(wanted)
    return len(need & words(got)) / len(need) if need else 0.0


def matches(fact: dict[str, object], claim: Claim) -> bool:
    field, value = str(fact["field"]), str(fact["value"])
    listed = fact.get("alternatives") or []
    wanted = [value, *(str(a) for a in listed)] if isinstance(listed, list) else [value]
    if claim.field != field:
        return False
    if field == "phone":
        return bool(_tails(value) & _tails(claim.value))
    if field in {"email", "social_profile"}:
        return _address(value) in _address(claim.value)
    if field == "founded":
        return re.findall(r"\d{4}", value)[:1] == re.findall(r"\d{4}", claim.value)[:1]
    if field == "size":
        return re.findall(r"\d+", value.replace(",", ""))[:1] == re.findall(r"\d+", claim.value.replace(",", ""))[:1]
    if field == "tool_seen":
        return any(_plain(w) in _plain(claim.value) or _plain(claim.value.split("(")[0]) in _plain(w) for w in wanted)
    if field == "price":
        label = re.sub(r"[£€$]?\d[\d.,]*", " ", value)
        return bool(_amounts(value) & _amounts(claim.value)) and (not words(label) or overlap(label, claim.value) >= 0.5)
    if field == "opening_hours":
        times = _times(value)
        return bool(times) and len(times & _times(claim.value)) / len(times) >= 0.75 and _days(value) <= _days(claim.value)
    texts = [claim.value, claim.quote] if field in {"pain_point", "opportunity"} else [claim.value]
    return any(overlap(w, text) >= 0.5 for w in wanted for text in texts)


def found(key: Iterable[dict[str, object]], profile: Profile) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The facts of the key that some claim is, and those that none is."""
    hit, missed = [], []
    for fact in key:
        (hit if any(matches(fact, claim) for claim in profile.claims) else missed).append(fact)
    return hit, missed


def unquoted(profile: Profile, pages: Pages) -> list[Claim]:
    """Claims whose quote is not on their page, letter for letter; independent of the code under test."""
    texts = {page.url: (page.text, page.source) for page in pages.pages}
    return [c for c in profile.claims if texts[c.source_url][c.in_markup][c.start : c.end] != c.quote or not c.quote.strip()]


def baseline(pages: Pages) -> Profile:
    """The dumbest profile: title and meta description of the home page, first e-mail and first telephone-like string."""
    claims = []
    home = pages.pages[0]

    def add(field: str, value: str, page_at: int, span: tuple[int, int], in_markup: bool) -> None:
        page = pages.pages[page_at]
        text = page.source if in_markup else page.text
        claims.append(
            Claim(field=field, value=value, source_url=page.url, quote=text[span[0] : span[1]], start=span[0], end=span[1],
                  fetched_at=page.fetched_at, confidence=0.5, in_markup=in_markup)  # type: ignore[arg-type]
        )  # fmt: skip

    for text in (home.title, home.html_meta.description):
        if text and (span := home.find_in_source(text)):
            add("description", text, 0, span, True)
    for field, pattern in (("email", r"[\w.+-]+@[\w-]+\.[\w.-]+\w"), ("phone", r"\+?\(?\d[\d ()-]{7,}\d")):
        for at, page in enumerate(pages.pages):
            if match := re.search(pattern, page.text):
                add(field, match.group(), at, match.span(), False)
                break
    return Profile(claims=claims)


def _tails(number: str) -> set[str]:
    tails = set()
    for region in ("GB", "US", "DE"):
        try:
            tails.add(phonenumbers.format_number(phonenumbers.parse(number, region), phonenumbers.PhoneNumberFormat.E164)[-9:])
        except phonenumbers.NumberParseException:
            continue
    return tails


def _address(text: str) -> str:
    return re.sub(r"^.*?https?://(?:www\.)?|^mailto:", "", text.casefold()).rstrip("/")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _amounts(text: str) -> set[float]:
    return {float(a.replace(",", "").rstrip(".")) for a in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


def _times(text: str) -> set[int]:
    """Minutes past midnight, on a twelve-hour dial so that `5.30 pm`, `17:30` and a bare `5.30` are one time."""
    return {int(h) % 12 * 60 + int(m or 0) for h, m in re.findall(r"(?<![\d£$€])(\d{1,2})(?:[:.](\d{2}))?(?!\d)", text) if int(h) <= 24}


def _days(text: str) -> set[str]:
    return {d.casefold()[:2] for d in re.findall(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su)(?=[a-z]*\b)", text)}
