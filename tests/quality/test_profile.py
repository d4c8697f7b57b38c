"""How well the rules read a company's profile, against the keys made by hand before the code."""

from pathlib import Path

import pytest

from quality.company_pages import company_pages
from quality.profile_score import baseline, found, read_key, unquoted
from retinue.services.research.extraction import Pages, Profile
from retinue.services.research.tasks import profile_by_rules

ROOT = Path(__file__).parents[2]
SITES = {
    "tarnbrook-weighing": ROOT / "examples" / "tarnbrook-weighing" / "site",
    "lantern-street-dental": ROOT / "tests" / "companies" / "lantern-street-dental" / "site",
}


@pytest.fixture(scope="module", params=SITES)
def read(request: pytest.FixtureRequest) -> tuple[str, Pages, Profile]:
    pages = company_pages(SITES[request.param], f"{request.param}.example")
    return request.param, pages, profile_by_rules(pages)


def test_every_claim_stands_on_its_page(read: tuple[str, Pages, Profile]) -> None:
    _, pages, profile = read
    assert profile.claims
    assert unquoted(profile, pages) == []


@pytest.mark.parametrize("split", ["tune", "held_out"])
def test_recall_over_the_key(read: tuple[str, Pages, Profile], split: str) -> None:
    slug, pages, profile = read
    key = read_key(ROOT / "tests" / "quality" / slug / "facts.json", split)
    hit, missed = found(key, profile)
    plain, _ = found(key, baseline(pages))
    recall = len(hit) / len(key)
    print(
        f"\nresearch.profile {slug} {split}: recall {len(hit)}/{len(key)} = {recall:.2f}, "
        f"title + meta + first e-mail and number {len(plain)}/{len(key)} = {len(plain) / len(key):.2f}, {len(profile.claims)} claims; "
        f"missed {sorted({str(fact['field']) for fact in missed})}"
    )
    assert recall >= 0.7
    assert recall > 2 * len(plain) / len(key)


def test_the_profile_stays_readable(read: tuple[str, Pages, Profile]) -> None:
    _, _, profile = read
    assert len(profile.claims) <= 200
    assert all(len(claim.value) <= 420 and len(claim.quote) <= 600 for claim in profile.claims)
