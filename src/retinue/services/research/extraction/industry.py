"""Which industry the company is in: the nearest of a short list, by embeddings when there are any, else by shared words."""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files

import snowballstemmer

from retinue.services.research.extraction.claims import Claim, anywhere, claim
from retinue.services.research.extraction.site import Sentence, Site

Embed = Callable[[list[str]], Sequence[Sequence[float]]]

_STEMMER = snowballstemmer.stemmer("english")
_COMMON = frozenset(
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
        "this",
        "that",
        "we",
        "our",
        "you",
        "your",
        "us",
        "all",
        "any",
        "can",
        "will",
        "more",
        "service",
        "servic",
        "provid",
        "company",
        "compani",
        "busi",
        "custom",
        "work",
        "team",
        "offer",
        "year",
        "help",
        "need",
        "contact",
        "call",
    ]
)


@cache
def stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def stems(text: str) -> list[str]:
    return [s for w in re.findall(r"[a-zäöüßàâéèêëîïôûçñ]{2,}", text.casefold()) if (s := stem(w)) not in _COMMON]


@cache
def taxonomy() -> dict[str, tuple[str, ...]]:
    table = tomllib.loads(files(__package__).joinpath("industries.toml").read_text(encoding="utf-8"))
    return {name: tuple(phrases) for name, phrases in table.items()}


@cache
def _terms() -> dict[str, dict[str, float]]:
    """Each industry's stems; one that many industries share says less, the name's own words say more."""
    words = {name: Counter(stems(f"{name} {name} {' '.join(phrases)}")) for name, phrases in taxonomy().items()}
    spread = Counter(term for terms in words.values() for term in terms)
    return {name: {t: (1 + 0.3 * (n - 1)) / spread[t] ** 1.3 for t, n in terms.items()} for name, terms in words.items()}


def industry_claims(site: Site, embed: Embed | None = None) -> Iterator[Claim]:
    weights: Counter[str] = Counter()
    for sentence in site.sentences:
        if sentence.line.kind in {"legal", "news"}:
            continue
        emphasis = site.weight(sentence.page) * (2.0 if sentence.line.level else 1.0)
        for term in stems(sentence.text):
            weights[term] += emphasis  # type: ignore[assignment]
    for page in site.pages:
        for term in stems(f"{page.title} {page.html_meta.description or ''}"):
            weights[term] += 3.0 * site.weight(page)  # type: ignore[assignment]
    if not weights:
        return
    scores = {
        name: sum(math.log1p(weights[term]) * value for term, value in terms.items() if term in weights) for name, terms in _terms().items()
    }
    if embed is not None:
        scores = _with_meaning(scores, site, embed)
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    (best, score), (_, second) = ranked[0], ranked[1]
    if score <= 1.0:
        return
    evidence = _evidence(best, site)
    confidence = min(0.9, 0.5 + 0.4 * (score - second) / score + 0.02 * score)
    if evidence is not None:
        yield claim("industry", best, evidence.page, evidence.span, confidence)
        return
    for page in site.pages:
        described = page.html_meta.description or page.title
        if described and (found := anywhere("industry", best, page, described, confidence)):
            yield found
            return


def _with_meaning(scores: dict[str, float], site: Site, embed: Embed) -> dict[str, float]:
    """Word scores joined with the likeness of the site's opening sentences to each industry's description."""
    opening = " ".join([site.name, *(s.text for s in site.sentences if s.line.kind in {"home", "about"})])[:1500]
    names = list(scores)
    vectors = embed([opening, *(f"{name}: {' '.join(taxonomy()[name])}" for name in names)])
    top = max(scores.values()) or 1.0
    return {n: 5 * (scores[n] / top) + 10 * _cosine(vectors[0], v) for n, v in zip(names, vectors[1:], strict=True)}


def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
    size = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0


def _evidence(industry: str, site: Site) -> Sentence | None:
    """The sentence that speaks most of the industry; prefers one in which the company speaks of itself."""
    terms = _terms()[industry]
    best: tuple[float, Sentence] | None = None
    for sentence in site.sentences:
        if len(sentence.text) > 320 or len(sentence.text) < 12 or sentence.line.kind in {"legal", "news"}:
            continue
        score = sum(terms.get(term, 0.0) for term in set(stems(sentence.text))) * site.weight(sentence.page)
        own = re.search(r"\b(?:we|our)\b", sentence.text, re.IGNORECASE) or site.is_named_in(sentence.text)
        score *= (1.3 if own else 1.0) * (1.4 if sentence.line.kind in {"home", "about"} else 1.0)
        if re.search(r"[£€$]\s?\d|^\S+(?: \S+)?$", sentence.text):
            continue
        if score > 0 and (best is None or score > best[0]):
            best = (score, sentence)
    return best[1] if best else None
