"""What a profile is made of: claims, each with the words on the page that it rests on."""

import hashlib
from collections.abc import Iterable
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, computed_field, model_validator

from retinue.services.research.extraction.pages import Moment, Page

FieldName = Literal[
    "description",
    "industry",
    "size",
    "founded",
    "location",
    "phone",
    "email",
    "product_or_service",
    "customer_segment",
    "tool_seen",
    "pain_point",
    "opportunity",
    "opening_hours",
    "price",
    "social_profile",
    "certification",
    "predicted_volume",
]
FIELDS: tuple[FieldName, ...] = get_args(FieldName)
_LONGEST_QUOTE = 1500  # characters
INFERRED: frozenset[str] = frozenset({"pain_point", "opportunity", "predicted_volume"})


class Claim(BaseModel):
    """A fact with its quote: `quote` is `text[start:end]` of the page at `source_url`, or of its markup if `in_markup`.

    An inference (`inferred`) says in `basis` how it follows from the quote. Validated with the context
    `{"pages": [Page, …]}`, the quote is also compared with the page itself.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    field: FieldName
    value: str = Field(min_length=1, max_length=600)
    source_url: str = Field(min_length=1)
    quote: str = Field(min_length=1, max_length=_LONGEST_QUOTE)
    start: int = Field(ge=0)
    end: int
    fetched_at: Moment
    confidence: float = Field(ge=0, le=1)
    in_markup: bool = False
    inferred: bool = False
    basis: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def id(self) -> str:
        """The same for the same fact at the same address, so that a repeated crawl finds it again."""
        return hashlib.sha256(f"{self.field}\0{self.value}\0{self.source_url}".encode()).hexdigest()[:16]

    @model_validator(mode="after")
    def _rests_on_its_quote(self, info: ValidationInfo) -> Self:
        if not self.quote.strip():
            raise ValueError("the quote is blank")
        if self.end - self.start != len(self.quote):
            raise ValueError("the offsets do not span the quote")
        if self.field in INFERRED and not (self.inferred and self.basis):
            raise ValueError(f"a {self.field} is an inference and needs its basis")
        pages = (info.context or {}).get("pages") if isinstance(info.context, dict) else None
        if pages is not None and not quoted_on(self, pages):
            raise ValueError("the quote does not stand on the page at these offsets")
        return self


class Profile(BaseModel):
    """Claims, the field's order first, the most certain first within a field."""

    claims: list[Claim] = Field(default_factory=list)

    def of(self, field: FieldName) -> list[Claim]:
        return [claim for claim in self.claims if claim.field == field]


def quoted_on(claim: Claim, pages: Iterable[Page]) -> bool:
    """Whether the quote stands, letter for letter, where the claim says."""
    return any(
        (page.source if claim.in_markup else page.text)[claim.start : claim.end] == claim.quote
        for page in pages
        if page.url == claim.source_url
    )


def grounded(profile: Profile, pages: Iterable[Page]) -> Profile:
    """The profile without the claims whose quote is not on its page; for answers of a model."""
    known = list(pages)
    return Profile(claims=[claim for claim in profile.claims if quoted_on(claim, known)])


def claim(
    field: FieldName,
    value: str,
    page: Page,
    span: tuple[int, int],
    confidence: float,
    *,
    in_markup: bool = False,
    basis: str | None = None,
) -> Claim:
    """A claim whose quote is cut from the page itself."""
    start, end = span[0], min(span[1], span[0] + _LONGEST_QUOTE)
    return Claim(
        field=field,
        value=_shortened(" ".join(value.split()), 400),
        source_url=page.url,
        quote=(page.source if in_markup else page.text)[start:end],
        start=start,
        end=end,
        fetched_at=page.fetched_at,
        confidence=round(confidence, 3),
        in_markup=in_markup,
        inferred=basis is not None,
        basis=basis,
    )


def anywhere(field: FieldName, value: str, page: Page, words: str, confidence: float) -> Claim | None:
    """A claim quoted from the text where `words` stand in it, else from the markup, else none."""
    span = page.find(words)
    if span:
        return claim(field, value, page, span, confidence)
    span = page.find_in_source(words)
    return claim(field, value, page, span, confidence, in_markup=True) if span else None


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"
