from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from retinue.services.research.extraction import Claim, Page, Pages, Profile, extract, grounded, quoted_on
from retinue.services.research.extraction.hours import closed_on, last_hour
from retinue.services.research.extraction.industry import taxonomy
from retinue.services.research.extraction.needs import signs
from retinue.services.research.extraction.rows import cells_of
from retinue.services.research.extraction.tools import signatures
from services.research.company import CONTACT, HOME, PRICES, canoe_hire

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def values(profile: Profile, field: str) -> list[str]:
    return [claim.value for claim in profile.claims if claim.field == field]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return extract(canoe_hire())


def test_every_claim_is_quoted_from_its_page(profile: Profile) -> None:
    pages = {page.url: page for page in canoe_hire().pages}
    assert len(profile.claims) > 20
    for claim in profile.claims:
        page = pages[claim.source_url]
        text = page.source if claim.in_markup else page.text
        assert text[claim.start : claim.end] == claim.quote
        assert claim.quote.strip()


def test_the_facts_of_a_company_never_seen_are_found(profile: Profile) -> None:
    assert values(profile, "description")[0].startswith("Alder Reach Canoes hires out canoes and kayaks")
    assert values(profile, "founded") == ["2008"]
    assert values(profile, "size") == ["12 people"]
    assert "14 Wharf Road, Ely CB7 4AU" in values(profile, "location")
    assert values(profile, "phone") == ["+441353555014"]
    assert values(profile, "email") == ["paddle@alder-reach.example"]
    assert {"Canoe hire", "Guided trips", "Boat repair"} <= set(values(profile, "product_or_service"))
    assert "Families, school groups and companies" in values(profile, "customer_segment")
    assert {v.split(" (")[0] for v in values(profile, "tool_seen")} == {"Google Tag Manager", "Calendly"}
    assert values(profile, "social_profile") == ["Instagram: https://www.instagram.com/alderreach"]
    assert values(profile, "opening_hours") == ["Monday to Friday 9am to 6pm; Saturday 8am to 8pm; Sunday closed"]
    assert any("British Paddle Council" in value for value in values(profile, "certification"))
    assert any("ISO 21101" in value for value in values(profile, "certification"))


def test_prices_carry_the_thing_and_its_unit(profile: Profile) -> None:
    prices = values(profile, "price")
    assert any("Two-seat canoe" in price and "£48" in price for price in prices)
    assert "A guided trip costs £32 each" in prices
    assert not any("£200" in price for price in prices), "a bound for a discount is no price"


def test_inferences_say_so_and_give_their_basis(profile: Profile) -> None:
    inferred = [claim for claim in profile.claims if claim.field in {"pain_point", "opportunity", "predicted_volume"}]
    assert {claim.field for claim in inferred} == {"pain_point", "opportunity", "predicted_volume"}
    facts = [claim.confidence for claim in profile.claims if claim.field in {"phone", "founded", "email"}]
    for claim in inferred:
        assert claim.inferred
        assert claim.basis
        assert claim.confidence < min(facts)
    assert any("to book; there is no online booking" in claim.quote for claim in inferred)
    volume = next(claim for claim in inferred if claim.field == "predicted_volume")
    assert volume.value == "About 1,300 calls a month (estimate)"
    assert "60 calls a day" in str(volume.basis)


def test_customers_the_company_refuses_are_no_segment(profile: Profile) -> None:
    assert not any("stag" in value.casefold() for value in values(profile, "customer_segment"))


def test_what_every_page_repeats_is_claimed_once(profile: Profile) -> None:
    found = [(claim.field, claim.value.casefold()) for claim in profile.claims]
    assert len(found) == len(set(found))


def test_the_same_pages_give_the_same_profile() -> None:
    assert extract(canoe_hire()) == extract(canoe_hire())


@pytest.mark.parametrize("text", ["", "\n\n", "....", "£", "1", "@", "call", "Mon", "€€€ – – –", "a" * 50_000, "0" * 5_000, "x\n" * 3_000])
def test_poor_pages_give_a_poor_profile_and_no_error(text: str) -> None:
    page = Page(url="https://x.example/", text=text, fetched_at=NOW)
    assert all(quoted_on(claim, [page]) for claim in extract(Pages(pages=[page])).claims)


@given(
    st.lists(
        st.sampled_from([*" \n\t|;:.,-–£€", *HOME.split(), *PRICES.split(), *CONTACT.split(), "\u00a0", "ẞ", "İ", "24/7"]), max_size=400
    )
)
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_rules_and_every_quote_stands(words: list[str]) -> None:
    page = Page(url="https://x.example/contact", text=" ".join(words), fetched_at=NOW)
    assert all(quoted_on(claim, [page]) for claim in extract(Pages(pages=[page])).claims)


def test_a_page_without_line_breaks_is_read_too() -> None:
    text = " ".join(page.text.replace("\n", " ") for page in canoe_hire().pages * 20)
    page = Page(url="https://x.example/", text=text, fetched_at=NOW)
    found = extract(Pages(pages=[page])).claims
    assert found
    assert all(quoted_on(claim, [page]) for claim in found)


def test_no_pages_no_claims() -> None:
    assert extract(Pages(pages=[])).claims == []


def one(**changes: object) -> dict[str, object]:
    return {
        "field": "founded", "value": "2008", "source_url": "https://x.example/", "quote": "in 2008", "start": 4, "end": 11,
        "fetched_at": NOW, "confidence": 0.9, **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": ""},
        {"quote": "       "},
        {"end": 12},
        {"start": -3, "end": 4},
        {"field": "shoe_size"},
        {"confidence": 1.1},
        {"field": "pain_point"},
        {"field": "opportunity", "inferred": True},
        {"source_url": ""},
    ],
)
def test_a_claim_without_its_quote_or_basis_cannot_be_made(changes: dict[str, object]) -> None:
    Claim.model_validate(one())
    with pytest.raises(ValidationError):
        Claim.model_validate(one(**changes))


def test_a_claim_checked_against_its_page_must_stand_there() -> None:
    page = Page(url="https://x.example/", text="Set in 2008.", fetched_at=NOW)
    Claim.model_validate(one(), context={"pages": [page]})
    with pytest.raises(ValidationError, match="does not stand"):
        Claim.model_validate(one(quote="in 2009"), context={"pages": [page]})
    invented = Profile(claims=[Claim.model_validate(one()), Claim.model_validate(one(quote="in 1999"))])
    assert [claim.quote for claim in grounded(invented, [page]).claims] == ["in 2008"]


def test_embeddings_may_name_the_industry() -> None:
    names = list(taxonomy())

    def embed(texts: list[str]) -> list[list[float]]:
        wanted = names.index("Boats and marine services")
        return [[1.0, 0.0], *([1.0, 0.0] if at == wanted else [0.0, 1.0] for at in range(len(texts) - 1))]

    assert values(extract(canoe_hire(), embed), "industry") == ["Boats and marine services"]


def test_the_data_files_are_read() -> None:
    assert len(signatures()) >= 60
    assert 40 <= len(taxonomy()) <= 70
    assert len(signs()) >= 15
    assert all(sign.why and sign.opportunity for sign in signs())


@pytest.mark.parametrize(
    ("markup", "vendor"),
    [
        ('<script src="https://js.stripe.com/v3/"></script>', "Stripe"),
        ('<link href="/wp-content/themes/a.css">', "WordPress"),
        ('<script async src="https://static.hotjar.com/c/h.js"></script>', "Hotjar"),
        ('<p>Our <a href="https://notstripe.example/js.stripe.company">page</a></p>', None),
        ("<p>We like Stripe and WordPress.</p>", None),
    ],
)
def test_tools_are_seen_in_markup_and_not_in_prose(markup: str, vendor: str | None) -> None:
    page = Page(url="https://x.example/", text="", markup=markup, fetched_at=NOW)
    seen = [claim.value.split(" (")[0] for claim in extract(Pages(pages=[page])).claims]
    assert seen == ([vendor] if vendor else [])


@pytest.mark.parametrize(
    ("hours", "closed", "last"),
    [
        ("Monday to Friday 9am to 6pm; Saturday 8am to 8pm; Sunday closed", ["Sunday"], 20),
        ("Mon-Fri 08:00-17:30", ["Saturday", "Sunday"], 17),
        ("Closed Sunday and Monday; Tuesday to Saturday 5pm – 11.30pm", ["Monday", "Sunday"], 23),
        ("Daily 10-22", [], 22),
        ("Mon–Wed 10–7, Thu closed, Fri 8–2", ["Thursday", "Saturday", "Sunday"], 19),
    ],
)
def test_hours_tell_when_nobody_is_there(hours: str, closed: list[str], last: int) -> None:
    assert closed_on(hours) == closed
    assert last_hour(hours) == last


def test_rows_are_read_in_either_form() -> None:
    assert [(c.header, c.value) for c in cells_of("SKU: A1; name: Bolt; price: 2.50; currency: EUR")] == [
        ("name", "Bolt"), ("price", "2.50"), ("currency", "EUR")]  # fmt: skip
    assert [c.value for c in cells_of("Kayak | £11 | £36")] == ["Kayak", "£11", "£36"]
    assert cells_of("A sentence without cells.") == []
    assert cells_of("Pallets cost £62; carrying upstairs is not included.") == []
