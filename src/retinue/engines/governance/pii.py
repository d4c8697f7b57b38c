"""Which stretches of a text are personal data: patterns find candidates, checksums and context decide."""

import re
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from retinue.engines.governance.names import people
from retinue.engines.governance.numbers import is_card, is_iban, is_ip, is_itin, is_nhs, is_ssn


@dataclass(frozen=True, slots=True)
class Span:
    """`type` is a Presidio entity name; start and end are character offsets; score is between 0 and 1."""

    type: str
    start: int
    end: int
    score: float


_EMAIL_LEFT = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}\Z")
_EMAIL_RIGHT = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w@])|\[\d{1,3}(?:\.\d{1,3}){3}\]")
_DIGITS = re.compile(r"(?<![\w.])[+(]{0,2}\d[\d ().\-/\u2010-\u2015\u00a0]{5,26}\d(?![\w@])")
_RUN = re.compile(r"\d+")
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}\b")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")
_URL_RIGHT = re.compile(r"[^\s<>\"'`{}|\\^]{3,}")
_SCHEME_LEFT = re.compile(r"(?i:https?|ftp)\Z")
_TLD = re.compile(
    r"\.(?:com|org|net|edu|gov|info|biz|dev|app|shop|eu|uk|de|fr|es|nl|se|pl|ch|at|be|ca|au|nz|us)(?![\w@-])(?!\.\w)"
    r"(?:/[^\s<>\"']*)?"
)
_HOST_LEFT = re.compile(r"(?<![\w@.\-/])(?:[A-Za-z0-9][A-Za-z0-9-]*\.)*[A-Za-z0-9][A-Za-z0-9-]*\Z")
_CRYPTO = re.compile(r"\b(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71}|0x[0-9a-fA-F]{40})\b")
_STREET = re.compile(
    r"\b\d{1,5}[A-Za-z]?,? (?:[NSEW]\.? )?(?:[A-Z0-9][\w'.-]* ){1,4}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Way|Close"
    r"|Crescent|Parkway|Pkwy|Highway|Hwy|Row|Mews|Gardens|Circle|Cir)\b\.?"
    r"(?:,? (?:Apt|Apartment|Suite|Unit|Flat|#)\.? ?\w{1,5})?"
    r"(?:, [A-Z][\w'-]+(?: [A-Z][\w'-]+)?(?:,? [A-Z]{2})?(?:,? \d{5}(?:-\d{4})?)?)?"
)
_PHONE_WORD = re.compile(
    r"(?:phone|telephone|tel|mobile|cell|call|text|ring|dial|fax|whatsapp|sms|reach|contact|number|hotline|handy|"
    r"telefon|teléfono|téléphone|móvil|portable|numero|número)\b[^\n\d]{0,25}\Z",
    re.IGNORECASE,
)
_NOT_PHONE = re.compile(
    r"(?:order|invoice|ticket|case|account|acct|ref|reference|tracking|id|sku|part|serial|isbn|model|version|zip|price|"
    r"total|policy|booking|po|item|batch|lot|build|transaction|confirmation|code)\s*(?:no|nr|num|number|id|code)?\.?"
    r"\s*(?:is|was|:|#|=)?\s*[#:]?\s*\Z",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}\Z")
_DATE = re.compile(r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[ T]\d{1,2})?\Z")
_QUAD = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}\Z")
_CONTEXT: tuple[tuple[str, re.Pattern[str], float], ...] = (
    ("US_PASSPORT", re.compile(r"\bpassport\b[^\n\d]{0,25}?\b([A-Z]?\d{8,9})\b", re.IGNORECASE), 0.8),
    (
        "US_DRIVER_LICENSE",
        re.compile(r"\bdriv(?:er|ing)(?:'?s)? licen[cs]e\b[^\n\d]{0,25}?\b([A-Z]{1,2}\d{5,13}|\d{7,9})\b", re.IGNORECASE),
        0.7,
    ),
    (
        "US_BANK_NUMBER",
        re.compile(r"\b(?:bank|checking|savings) (?:account|acct)\b[^\n\d]{0,25}?\b(\d{8,17})\b", re.IGNORECASE),
        0.7,
    ),
    ("UK_NHS", re.compile(r"\bNHS\b[^\n\d]{0,25}?\b(\d{3}[ -]?\d{3}[ -]?\d{4})\b"), 0.9),
    ("US_SSN", re.compile(r"\b(?:SSN|social security)\b[^\n\d]{0,25}?\b(\d{9})\b", re.IGNORECASE), 0.85),
    (
        "DATE_TIME",
        re.compile(
            r"\b(?:born(?: on)?|date of birth|birth ?date|dob|birthday)\b[^\n\d]{0,15}?"
            r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}(?:st|nd|rd|th)? \w{3,9},? \d{4}"
            r"|\w{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4})",
            re.IGNORECASE,
        ),
        0.8,
    ),
)
_CONTEXT_WORDS = ("passport", "licen", "account", "acct", "NHS", "SSN", "ssn", "ecurity", "born", "birth", "dob", "DOB")
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "SE", "NL", "AU", "IN")


def _emails(text: str) -> Iterator[Span]:
    at = text.find("@")
    while at >= 0:
        left = _EMAIL_LEFT.search(text, max(0, at - 64), at)
        right = _EMAIL_RIGHT.match(text, at + 1)
        if left and right:
            start = left.start()
            while text[start] in ".'`*{|/=?&!$~^":
                start += 1
                if start == at:
                    break
            if start < at and text[at - 1] != ".":
                yield Span("EMAIL_ADDRESS", start, right.end(), 1.0)
        at = text.find("@", at + 1)


def _is_phone(raw: str, before: str) -> float:
    """0 when it is not one."""
    import phonenumbers

    digits = [c for c in raw if c.isdigit()]
    if not 7 <= len(digits) <= 15 or len(set(digits)) == 1 or _DATE.match(raw) or _QUAD.match(raw):
        return 0.0
    called = bool(_PHONE_WORD.search(before))
    if raw.lstrip("(").startswith("+"):
        try:
            return 0.95 if phonenumbers.is_possible_number(phonenumbers.parse(raw, None)) else 0.0
        except phonenumbers.NumberParseException:
            return 0.0
    if _GROUPED.match(raw) and not _NOT_PHONE.search(before):
        return 0.9 if called else 0.75
    if called and not _NOT_PHONE.search(before):
        return 0.8
    if _NOT_PHONE.search(before) or len(digits) < 9 or raw.isdigit():
        return 0.0
    for region in _REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(raw, region)):
                return 0.6
        except phonenumbers.NumberParseException:
            continue
    return 0.0


def _numbers(text: str, begin: int, stop: int) -> Iterator[Span]:
    for found in _DIGITS.finditer(text, begin, stop):
        raw, start = found.group(), found.start()
        digits = "".join(c for c in raw if c.isdigit())
        if not raw.startswith(("+", "(")) and is_card(digits) and _one_number(raw):
            yield Span("CREDIT_CARD", start, found.end(), 1.0)
            continue
        parts = re.split(r"[ -]", raw)
        if [len(p) for p in parts] == [3, 2, 4] and all(p.isdigit() for p in parts):
            if is_ssn(*parts):
                yield Span("US_SSN", start, found.end(), 0.9)
                continue
            if is_itin(parts[0], parts[1]):
                yield Span("US_ITIN", start, found.end(), 0.8)
            continue
        if raw.count("(") != raw.count(")"):
            shorter = raw.lstrip("(") if raw.count("(") > raw.count(")") else raw
            start += len(raw) - len(shorter)
            raw = shorter
        score = _is_phone(raw, text[max(0, start - 40) : start])
        if score:
            yield Span("PHONE_NUMBER", start, found.end(), score)


def _one_number(raw: str) -> bool:
    """A card is written in one block or in groups with one kind of separator."""
    return len({c for c in raw if not c.isdigit()}) <= 1


def _urls(text: str) -> Iterator[Span]:
    at = text.find("://")
    while at >= 0:
        left, right = _SCHEME_LEFT.search(text, max(0, at - 5), at), _URL_RIGHT.match(text, at + 3)
        if left and right:
            yield Span("URL", left.start(), _sentence_end(text, at + 3, right.end()), 0.95)
        at = text.find("://", right.end() if right else at + 3)
    at = text.find("www.")
    while at >= 0:
        right = _URL_RIGHT.match(text, at + 4)
        if right and (at == 0 or text[at - 1] not in "/@."):
            yield Span("URL", at, _sentence_end(text, at + 4, right.end()), 0.95)
        at = text.find("www.", at + 4)
    for found in _TLD.finditer(text):
        left = _HOST_LEFT.search(text, max(0, found.start() - 80), found.start())
        if left:
            yield Span("URL", left.start(), _sentence_end(text, found.start(), found.end()), 0.6)


def _sentence_end(text: str, start: int, end: int) -> int:
    """Punctuation after an address belongs to the sentence."""
    while end > start and (text[end - 1] in ".,;:!?]*" or (text[end - 1] == ")" and "(" not in text[start:end])):
        end -= 1
    return end


def _ibans(text: str, start: int, end: int) -> Iterator[Span]:
    """A spaced IBAN may swallow the word after it, so shorter readings are tried."""
    for found in _IBAN.finditer(text, start, end):
        raw = found.group()
        while len(raw) >= 15:
            if is_iban(raw):
                yield Span("IBAN_CODE", found.start(), found.start() + len(raw), 1.0)
                break
            cut = max(raw.rfind(" "), raw.rfind("-"))
            raw = raw[:cut] if cut > 0 else ""


def _is_ipv6(raw: str) -> bool:
    return raw.count(":") >= 2 and len(raw) > 4 and is_ip(raw)


def _in_context(text: str) -> Iterator[Span]:
    if not any(word in text for word in _CONTEXT_WORDS):
        return
    for kind, pattern, score in _CONTEXT:
        for found in pattern.finditer(text):
            digits = "".join(c for c in found.group(1) if c.isdigit())
            if kind == "UK_NHS" and not is_nhs(digits):
                continue
            if kind == "US_SSN" and not is_ssn(digits[:3], digits[3:5], digits[5:]):
                continue
            yield Span(kind, found.start(1), found.end(1), score)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Stretches with a digit in them, with room around: most of a text has none and need not be searched."""
    start = end = -1
    for found in _RUN.finditer(text):
        if found.start() - 8 > end:
            if end >= 0:
                yield start, min(end, len(text))
            start = max(0, found.start() - 8)
        end = found.end() + 45
    if end >= 0:
        yield start, min(end, len(text))


def _all(text: str) -> Iterator[Span]:
    yield from _emails(text)
    yield from _urls(text)
    yield from _in_context(text)
    for start, end in _windows(text):
        yield from _ibans(text, start, end)
        yield from _numbers(text, start, end)
        for kind, pattern, score, valid in _CHECKED:
            for found in pattern.finditer(text, start, end):
                if valid is None or valid(found.group()):
                    yield Span(kind, found.start(), found.end(), score)
    for run in _RUN.finditer(text):
        street = _STREET.match(text, run.start()) if run.end() - run.start() <= 5 else None
        if street:
            yield Span("LOCATION", street.start(), street.end(), 0.7)
    yield from (Span("PERSON", start, end, score) for start, end, score in people(text))


_CHECKED: tuple[tuple[str, re.Pattern[str], float, Callable[[str], bool] | None], ...] = (
    ("IP_ADDRESS", _IPV4, 0.95, is_ip),
    ("IP_ADDRESS", _IPV6, 0.95, _is_ipv6),
    ("MAC_ADDRESS", _MAC, 0.95, None),
    ("CRYPTO", _CRYPTO, 0.8, None),
)


def find_pii(text: str) -> list[Span]:
    """Spans in order of the text, none overlapping: of two that do, the surer wins, then the longer."""
    kept: list[Span] = []
    starts: list[int] = []
    for span in sorted(_all(text), key=lambda s: (-s.score, s.start - s.end)):
        at = bisect(starts, span.start)
        if (at == 0 or kept[at - 1].end <= span.start) and (at == len(kept) or kept[at].start >= span.end):
            starts.insert(at, span.start)
            kept.insert(at, span)
    return kept
