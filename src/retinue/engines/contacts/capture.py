"""What a message says of its writer: name, email and telephone number, told apart from addresses that are only talked about."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files

import phonenumbers
from pydantic import BaseModel

WORDS = tomllib.loads((files("retinue.engines.contacts") / "names.toml").read_text())
NOT_NAMES, PARTICLES, TITLES = frozenset(WORDS["not_names"]), frozenset(WORDS["particles"]), frozenset(WORDS["titles"])

WORD = r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*"
NAME = rf"(?P<name>{WORD}\.?(?:[ \t]+{WORD}\.?){{0,5}})"
EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?![\w-])")
AT, DOT = r"(?:\s*[\[({]\s*at\s*[\])}]\s*|\s+at\s+)", r"(?:\s*[\[({]\s*dot\s*[\])}]\s*|\s+dot\s+)"
PART = r"[A-Za-z0-9_+-]+"
SPELLED = re.compile(
    rf"\b({PART}(?:(?:{DOT}|\.){PART})*){AT}({PART}(?:(?:{DOT}|\.){PART})*{DOT}[A-Za-z]{{2,24}}|{PART}(?:(?:{DOT}|\.){PART})+)\b", re.I
)
SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*")

ASKS_ABOUT = re.compile(
    r"\b(?:is|was|are) (?:that|this|it|there)?\b.*\b(?:right|correct|your|valid|working)\b|\b(?:should|do|may|must|shall|can"
    r"|could) (?:i|we) (?:write|send|email|e-mail|mail|call|ring|phone|reach|use|contact)\b"
    r"|\b(?:i|we)(?:'ve| have)? (?:already )?(?:wrote|written|sent|emailed|mailed|called|rang|phoned|tried|contacted|received|got|found|saw|seen)\b",
    re.I,
)
OWN = re.compile(
    r"\b(?:my|mine|me|our|us|i'm|i am|reach|get (?:hold of )?me|call|ring|txt|text|phone|mobile|cell|write to|send|reply|contact)\b|^\W*[\w.+%'-]+@[\w.-]+\W*$",
    re.I,
)
NO_LONGER = re.compile(
    r"\b(?:not|no longer|instead of|rather than|used to be|old (?:one|address|email|number|mail)(?: is| was)?|formerly|ignore"
    r"|delete|remove)\s+(?:\w+\s+){0,2}$",
    re.I,
)
NUMBERED = re.compile(
    r"\b(?:order|serial|invoice|ticket|reference|ref|part|model|account|certificate|case|vat|purchase|po|customer|booking|tracking|article|item|sku|policy|"
    r"contract|quote|quotation|job|batch|lot|card|iban|company|registration|version|id|asset|product)\b[^\d\n]{0,24}$",
    re.I,
)
PHONE_CUE = re.compile(
    r"\b(?:tel|telephone|phone|mobile|cell|number|call|ring|text|txt|whatsapp|reach|sms|fax|handy|t|m|p)\b[^\d\n]{0,30}$", re.I
)
UNIT = re.compile(r"\s*(?:kg|g|mg|lbs?|oz|t|tonnes?|tons?|mm|cm|m|km|%|£|\$|€|gbp|usd|eur|pounds?|units?|pieces?|pcs|v|hz|°)\b", re.I)
MONEY_BEFORE = re.compile(r"[£$€]\s*$")


class Message(BaseModel):
    """`own_domains` are the client's own: an address there is never the visitor's. `regions` (ISO 3166) are tried for national numbers."""

    text: str
    own_domains: list[str] = []
    regions: list[str] = ["GB", "US"]


class Captured(BaseModel):
    """As written; a spelled-out address in its usual form. None: not said."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None

    def __bool__(self) -> bool:
        return bool(self.name or self.email or self.phone)


def capture(message: Message) -> Captured:
    text = message.text[:8000]
    email = _email(text, message.own_domains)
    phone = _phone(text, message.regions)
    return Captured(name=_name(text, addressed=bool(email or phone)), email=email, phone=phone)


def _email(text: str, own_domains: Sequence[str]) -> str | None:
    """The last one that is the writer's: who corrects themself says the right one last."""
    found: list[tuple[int, str]] = [(m.start(), m.group().rstrip("'")) for m in EMAIL.finditer(text)]
    found += [(m.start(), _unspelled(m[1]) + "@" + _unspelled(m[2])) for m in SPELLED.finditer(text) if "@" not in m.group()]
    kept = None
    for start, address in sorted(found):
        domain = address.rpartition("@")[2].lower()
        if any(domain == own or domain.endswith("." + own) for own in map(str.lower, own_domains)):
            continue
        if (
            not re.fullmatch(r"[^@\s]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}", address)
            or NO_LONGER.search(text[:start])
            or not _writers(text, start)
        ):
            continue
        kept = address
    return kept


def _unspelled(part: str) -> str:
    return re.sub(DOT, ".", part, flags=re.I).strip()


def _writers(text: str, position: int) -> bool:
    """Whether an address at this place is the writer's own, and not one that is asked about."""
    sentence = next((m.group() for m in SENTENCE.finditer(text) if m.start() <= position < m.end()), text)
    if ASKS_ABOUT.search(sentence):
        return False
    return not sentence.rstrip().endswith("?") or bool(OWN.search(sentence))


def _phone(text: str, regions: Sequence[str]) -> str | None:
    covered = [(m.start(), m.end()) for m in EMAIL.finditer(text)]
    for region in (*regions, None):
        for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE):
            before, after = text[: match.start], text[match.end :]
            digits = sum(c.isdigit() for c in match.raw_string)
            if any(start <= match.start < end for start, end in covered) or NUMBERED.search(before) or MONEY_BEFORE.search(before):
                continue
            if UNIT.match(after) or re.match(r"\d", after) or re.fullmatch(r"[\d.,]+", match.raw_string) and "." in match.raw_string:
                continue
            if re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?: \d+)?", match.raw_string):  # a date
                continue
            if digits < 9 and not PHONE_CUE.search(before):
                continue
            if _writers(text, match.start) and not NO_LONGER.search(before):
                trunk = re.search(r"(?<![\d+])\+?1[ .-]?$", before)  # the matcher leaves out North America's trunk digit
                return (trunk.group() if trunk else "") + str(match.raw_string)
    return None


def _name(text: str, addressed: bool) -> str | None:
    if not addressed and not HINT.search(text.replace("’", "'")):
        return None
    reversed_ = re.search(rf"\b(?:last|family|sur) ?name is ({WORD})\b.*\b(?:first|given) name is ({WORD})", text, re.I | re.S)
    if reversed_:
        return f"{reversed_[2]} {reversed_[1]}"
    straight = re.search(rf"\b(?:first|given) name is ({WORD})\b.*\b(?:last|family|sur) ?name is ({WORD})", text, re.I | re.S)
    if straight:
        return f"{straight[1]} {straight[2]}"
    return next((name for name in _candidates(text, addressed) if name), None)


# Without one of these no pattern below can find a name; most messages have none.
HINT = re.compile(
    r"\b(?:name|named|call|called|calling|am|i'm|im|this is|it's|it is|ask for|here|speaking|je|ich|me llamo|nombre|soy|chiamo|nome|sono|naam|ik|"
    + "|".join(map(re.escape, WORDS["sign_offs"]))
    + r")\b",
    re.I,
)


def _candidates(text: str, addressed: bool) -> Iterator[str | None]:
    for pattern in WORDS["introductions"]:
        for match in re.finditer(rf"(?<![\w-]){pattern.format(name=NAME)}", text, re.I):
            yield _clean(match["name"], any_case=True)
    titled = re.search(rf"\b((?:{'|'.join(TITLES)})\.? {NAME}) (?:here|calling|speaking)\b", text, re.I)
    if titled:
        yield _clean(titled[1])
    for pattern in WORDS["weak"]:
        for match in re.finditer(rf"(?:^|(?<=[.!?,;:\n] )|(?<=[.!?,;:\n]))\W*{pattern.format(name=NAME)}(?P<then>\W|$)", text, re.I | re.M):
            name = _clean(match["name"], any_case=addressed and match["then"] in ",.;:\n!")
            if name and (len(name.split()) > 1 or match["then"] in ",.;:\n!" or addressed):
                yield name
    for match in re.finditer(rf"(?:^|[.!?\n] *|, ){NAME} (?:here|speaking)\b(?! (?:is|are|to|for|in|and you)\b)", text):
        yield _clean(match["name"])
    for sign_off in WORDS["sign_offs"]:
        for match in re.finditer(rf"(?:^|[\n.,!?] *)(?i:{sign_off})[,!.\n -]+(?-i:{NAME})(?=[ \t]*(?:$|[,.\n(]|\+?\d|\S+@))", text, re.M):
            yield _clean(match["name"])
    if addressed:
        opening = re.match(
            rf"\W*(?i:(?:sure|ok|okay|yes|yep|of course|certainly|hello|hi|please)\b[:,.! ]*)*{NAME} *(?:[,;\n–—|/(]|- |\S+@|\+?\d)", text
        )
        if opening:
            name = _clean(opening["name"])
            if name and 2 <= len(name.split()) <= 5:
                yield name


def _clean(written: str, any_case: bool = False) -> str | None:
    """The words of a name at the start of `written`: capitals, particles between them, no title and no ordinary word."""
    kept: list[str] = []
    for word in written.split():
        bare = word.rstrip(".").lower()
        if not kept and bare in TITLES:
            continue
        if bare in NOT_NAMES or any(bare.startswith(c) for c in ("i'", "we'")):
            break
        if word[0].isupper() or (bare in PARTICLES and kept):
            kept.append(word)
        elif any_case and not kept and len(bare) > 1 and not bare.endswith(("ing", "ed", "ly")):
            kept.append(word)
        elif any_case and kept and kept[-1][0].islower() and len(kept) < 2 and len(bare) > 2:
            kept.append(word)
        else:
            break
        if word.endswith(".") and len(word) > 2:
            break
    while kept and kept[-1].lower() in PARTICLES:
        kept.pop()
    name = " ".join(kept).rstrip(".")
    return name if len(name) > 1 and not name.isdigit() else None
