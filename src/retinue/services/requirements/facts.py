"""How a draft looks claims up, and puts their values into sentences."""

import re
from collections import Counter

from retinue.services.requirements.draft import ProfileClaims, SourcedClaim

_STOP_WORDS = {
    "en": "the and of to we our you for with is are",
    "de": "der die und das wir sie mit für ist von",
    "fr": "le la les et nous vous des pour est une",
    "es": "el la los y nosotros para con es una de",
    "nl": "de het en wij u voor met is van een",
    "it": "il la e noi per con è di una che",
}


class Facts:
    """The claims by field, the most certain first."""

    def __init__(self, profile: ProfileClaims) -> None:
        self.company = profile.company
        self.claims = profile.claims

    def of(self, *fields: str) -> list[SourcedClaim]:
        found = [claim for claim in self.claims if claim.field in fields]
        return sorted(found, key=lambda claim: -claim.confidence)

    def first(self, field: str) -> SourcedClaim | None:
        found = self.of(field)
        return found[0] if found else None

    def saying(self, pattern: str, *fields: str) -> list[SourcedClaim]:
        """Claims of these fields whose value or quote matches; blind to case."""
        compiled = re.compile(pattern, re.IGNORECASE)
        return [claim for claim in self.of(*fields) if compiled.search(f"{claim.value} {claim.quote}")]

    def language(self) -> str | None:
        """The language that the quotes are written in, if their commonest words leave no doubt."""
        words = Counter(word for claim in self.claims for word in re.findall(r"[a-zà-ÿ]+", claim.quote.casefold()))
        scores = sorted(((sum(words[w] for w in stops.split()), tag) for tag, stops in _STOP_WORDS.items()), reverse=True)
        return scores[0][1] if scores[0][0] >= 5 and scores[0][0] > 2 * scores[1][0] else None


def ids(claims: list[SourcedClaim]) -> list[str]:
    return list(dict.fromkeys(claim.id for claim in claims))


def sentence(text: str) -> str:
    """One sentence with a capital and a full stop."""
    text = " ".join(text.split()).rstrip(" .;,:")
    return f"{text[0].upper()}{text[1:]}." if text else ""


def without_quote(text: str) -> str:
    """The statement of an inference without the words of the page behind it."""
    return re.sub(r"\s*\([^)]*\)(?=[.]?$)", "", text.split(" “")[0].strip())


def listed(names: list[str], limit: int = 8) -> str:
    """`a, b and c`; what is beyond the limit is counted."""
    names = list(dict.fromkeys(name.strip(" .") for name in names))
    shown = names if len(names) == limit + 1 else names[:limit]
    if len(names) > len(shown):
        return f"{', '.join(shown)} and {len(names) - limit} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
