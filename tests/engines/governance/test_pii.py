"""What is found as personal data, with exact offsets, and what only looks like it."""

from itertools import pairwise

import pytest

from retinue.governance import find_pii

CARD, IBAN = "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to jane.roe+x@mail.example.co.uk.", "EMAIL_ADDRESS", "jane.roe+x@mail.example.co.uk"),
        ("mail (o'neil@example.com), please", "EMAIL_ADDRESS", "o'neil@example.com"),
        (f"card {CARD}, exp 12/29", "CREDIT_CARD", CARD),
        ("card 378282246310005", "CREDIT_CARD", "378282246310005"),
        (f"pay to {IBAN} thanks", "IBAN_CODE", IBAN),
        ("GB82WEST12345698765432", "IBAN_CODE", "GB82WEST12345698765432"),
        ("my ssn is 123-45-6789", "US_SSN", "123-45-6789"),
        ("call me on (212) 555-0143 after five", "PHONE_NUMBER", "(212) 555-0143"),
        ("tel. +44 20 7946 0958", "PHONE_NUMBER", "+44 20 7946 0958"),
        ("host 192.168.1.10 is down", "IP_ADDRESS", "192.168.1.10"),
        ("from 2001:db8::1 today", "IP_ADDRESS", "2001:db8::1"),
        ("see https://example.com/a?b=c.", "URL", "https://example.com/a?b=c"),
        ("My name is Maria van der Berg and", "PERSON", "Maria van der Berg"),
        ("Regards,\nJohn F. Smith\n", "PERSON", "John F. Smith"),
        ("Dear Dr. O'Connor, thank you", "PERSON", "O'Connor"),
        ("my name is maria and i", "PERSON", "maria"),
        ("I live at 12 High Street, Leeds.", "LOCATION", "12 High Street, Leeds"),
        ("NHS number 943 476 5919", "UK_NHS", "943 476 5919"),
    ],
)
def test_found(text: str, kind: str, value: str):
    assert [(s.type, text[s.start : s.end]) for s in find_pii(text)] == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "card 4111 1111 1111 1112 is wrong",
        "DE88 3704 0044 0532 0130 00",
        "order number 4455667788 of 2024-10-11",
        "ssn-like 000-12-3456 and 666-12-3456",
        "version 1.2.3 and 300.300.300.300",
        "we open 09:00-17:00, Monday to Friday",
        "The Quick Service for North Street",
        "a@b and @home and foo@",
        "Thanks, Support",
        "ratio 3:2, room 12, 1 200 kr, 50 %",
        "",
    ],
)
def test_not_found(text: str):
    assert find_pii(text) == []


def test_spans_are_ordered_and_never_overlap():
    text = f"Hi, I'm Jane Roe, jane@example.com, {CARD}, {IBAN}, call 212-555-0143. " * 50
    spans = find_pii(text)
    assert len(spans) == 250
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(0 <= s.start < s.end <= len(text) and 0 < s.score <= 1 for s in spans)


def test_hostile_text_takes_no_longer_than_its_length_explains():
    import time

    for text in (
        "1" * 50_000,
        "1 " * 25_000,
        "a@" * 25_000,
        "A" * 50_000,
        "A." * 25_000,
        ":" * 50_000,
        "A a " * 12_500,
    ):
        began = time.process_time()
        find_pii(text)
        assert time.process_time() - began < 3
