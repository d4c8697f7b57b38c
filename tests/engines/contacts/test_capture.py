"""What is noted of a writer, and what is not."""

import json
from pathlib import Path

import pytest

from retinue.engines.contacts.addresses import email, phone
from retinue.engines.contacts.capture import Captured, Message, capture

CASES = [json.loads(line) for line in (Path(__file__).parents[2] / "cases/contact.capture.jsonl").read_text().splitlines()]


def same(case: dict[str, str], found: Captured) -> bool:
    def norm(field: str, value: str | None) -> str | None:
        return value and ("".join(c for c in value if c.isdigit()) if field == "phone" else value.casefold())

    return all(norm(f, case.get(f)) == norm(f, getattr(found, f)) for f in ("name", "email", "phone"))


def test_labelled_cases() -> None:
    """The score on the tuning half is whole; the held-out half guards against getting worse."""
    right = {split: [same(c, capture(Message(text=c["text"]))) for c in CASES if c["split"] == split] for split in ("tune", "held_out")}
    assert all(right["tune"])
    assert sum(right["held_out"]) >= 16


@pytest.mark.parametrize(
    "text",
    [
        "Call me tomorrow", "I am Head of Operations at Foo Ltd", "This is Great news.", "invoice 20240512, due 2024-05-12",
        "we need it by 12.05.2024 10:30", "Thanks, that is all", "3 x 60000 kg", "price 1,250,000,000", "my serial number is 5550144 0199",
        "I emailed help@x.example but no reply", "Should I write to sales@shop.example?", "I'm Dutch", "10.20.30.40:8080", "x@", "@home",
    ],
)  # fmt: skip
def test_what_is_nobodys_contact(text: str) -> None:
    assert not capture(Message(text=text))


def test_the_clients_own_address_is_not_the_visitors() -> None:
    assert not capture(Message(text="my mail to sales@shop.example bounced", own_domains=["shop.example"]))


def test_long_hostile_text_takes_no_time() -> None:
    for text in ("a." * 4000 + "@", "my name is " * 700, "at dot " * 1100, "1 " * 4000, "(" * 8000):
        capture(Message(text=text))


def test_two_spellings_are_one_address() -> None:
    assert email(" Ann@Lee.example").value == email("ann@lee.EXAMPLE ").value
    assert phone("07700 900123").value == phone("+44 (0)7700 900 123").value == "+447700900123"
    assert phone("555-0121", "US").value == "5550121"
