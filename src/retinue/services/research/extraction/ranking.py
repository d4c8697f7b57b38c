"""Which claims stay: one a fact, the best source of each, and no more than a person reads."""

import re
from collections import Counter, defaultdict

from rapidfuzz import fuzz

from retinue.services.research.extraction.claims import FIELDS, Claim, FieldName, Profile
from retinue.services.research.extraction.site import Site

LIMIT: dict[FieldName, int] = {
    "description": 2, "industry": 1, "size": 1, "founded": 1, "location": 6, "phone": 5, "email": 5, "product_or_service": 24,
    "customer_segment": 6, "tool_seen": 20, "pain_point": 12, "opportunity": 14, "opening_hours": 6, "price": 60, "social_profile": 8,
    "certification": 10, "predicted_volume": 3,
}  # fmt: skip
_PRICES_OF_A_PAGE = 25  # a long price list must not push out the prices told elsewhere
_AGREEMENT = 0.03  # what another page that says the same adds to the confidence


def ranked(claims: list[Claim], site: Site) -> Profile:
    weight = {page.url: site.weight(page) for page in site.pages}
    order = {page.url: place for place, page in enumerate(site.pages)}
    kept: list[Claim] = []
    for field in FIELDS:
        same: dict[str, list[Claim]] = defaultdict(list)
        for found in claims:
            if found.field == field:
                same[_key(found)].append(found)
        best = []
        for group in same.values():
            group.sort(key=lambda c: (c.in_markup, -c.confidence, -weight[c.source_url], order[c.source_url], c.start))
            pages = len({c.source_url for c in group})
            top = min(0.98, group[0].confidence + _AGREEMENT * (pages - 1)) if not group[0].inferred else group[0].confidence
            best.append(group[0].model_copy(update={"confidence": round(top, 3)}))
        if field == "opening_hours" and any(not c.in_markup for c in best):
            best = [c for c in best if not c.in_markup]
        best.sort(key=lambda c: (-c.confidence, order[c.source_url], c.start))
        if field == "price":
            best = _spread(best)
        kept += _distinct(best, field)[: LIMIT[field]]
    return Profile(claims=kept)


def _spread(prices: list[Claim]) -> list[Claim]:
    taken: Counter[str] = Counter()
    kept = []
    for found in prices:
        taken[found.source_url] += 1
        if taken[found.source_url] <= _PRICES_OF_A_PAGE:
            kept.append(found)
    return kept


def _key(found: Claim) -> str:
    value = found.value.casefold()
    if found.field == "social_profile":
        return re.sub(r"https?://(?:www\.)?", "", value).rstrip("/")
    if found.field == "certification" and (scheme := re.search(r"iso(?:/iec)?\s?(\d{4,5})", value)):
        return f"iso {scheme[1]}"
    if found.field == "opening_hours":
        return re.sub(r"[^a-z0-9]", "", value)
    if found.field == "price":
        value = re.sub(r"(?<=\d)[.,]00\b|(?<=\d),(?=\d{3})", "", value)
    return re.sub(r"\W+", " ", value).strip()


def _distinct(claims: list[Claim], field: FieldName) -> list[Claim]:
    """Without those that say nearly what a better one says, or only a part of it."""
    if field in {"phone", "email", "tool_seen", "social_profile", "industry", "predicted_volume"}:
        return claims
    limit = {"location": 70, "opening_hours": 80, "description": 75, "customer_segment": 82}.get(field, 90)
    kept: list[Claim] = []
    for found in claims:
        like = next((k for k in kept if _alike(found, k) >= limit), None)
        if like is None:
            kept.append(found)
    return kept


def _alike(a: Claim, b: Claim) -> float:
    """0 for different, 100 for the same. What differs in a figure or in whose it is, is not the same."""
    if a.field == "opening_hours":
        if a.source_url == b.source_url and a.end == b.end:
            return 100.0
        if a.value.split(":")[0] != b.value.split(":")[0] and re.match(r"[^\d:]+:\s", a.value) and re.match(r"[^\d:]+:\s", b.value):
            return 0.0
    if a.field in {"opening_hours", "price"} and re.findall(r"\d+", a.value) != re.findall(r"\d+", b.value):
        return 0.0
    if a.field in {"location", "certification"}:
        return fuzz.token_set_ratio(a.value.casefold(), b.value.casefold())
    return fuzz.token_sort_ratio(a.value.casefold(), b.value.casefold())
