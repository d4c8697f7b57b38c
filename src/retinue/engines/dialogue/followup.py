"""What a question that leans on the one before it asks in full."""

import re

LEADS = re.compile(
    r"^\W*(?:(?:and|but|or|so|then|ok(?:ay)?|also|well)\b[\s,]*)*(?:what about|how about|what if it(?:'s| is)|(?:and|but|or) (?:if"
    r"|for|on|in|at|the|a|an|with|without|when|where|how|do|does|is|are|can))\b|^\W*(?:and|but|or)\b",
    re.I,
)
POINTS = re.compile(
    r"\b(?:it|its|they|them|their|that|this|those|these|one|ones|there|then|he|she|his|her|the same|the other|else|instead)\b", re.I
)
EXPLETIVE = re.compile(
    r"\b(?:is|does|will|would|can) (?:it|that|this) (?:possible|true|correct|ok|okay)\b|\bis (?:it|there|this)\b|\bare there\b"
    r"|\b(?:is|are) (?:that|this|these|those) (?:\w+)\b(?! \?)",
    re.I,
)
BARE = re.compile(
    r"^\W*(?:how (?:much|many|long|often|far|soon|fast|big|heavy|old)|why(?: not)?|when|where|who|which(?: one)?s?|what(?: time|"
    r" day| price| else)?|since when|until when"
    r"|(?:at|for|on|by|from|in) (?:what|which) \w+|is (?:that|it|this) all|anything else|what does (?:it|that|this) cost|(?:the )?prices?|(?:the )?costs?)\W*$",
    re.I,
)
ATTRIBUTES = frozenset(
    "fee fees charge charges cost costs price prices deposit discount discounts limit limits minimum maximum deadline catch"
    " difference warranty guarantee exception exceptions extra extras"
    " notice penalty size weight height capacity accuracy range surcharge condition conditions requirement requirements included include extend cancel".split()
)
FILLER = frozenset(
    "a an the and or but so then also well what about how if is are was were be been am do does did have has had can could will"
    " would shall should may might must i we you he she it they"
    " me us him her them my our your his its their this that these those there here of in on at to for from by with without as"
    " into over up out off not no yes please tell know like want need"
    " which who whom whose when where why much many long often one ones ok okay hi hello thanks thank just any some get give let"
    " say much still more most else same other than too very really"
    " exactly actually maybe also only again both each every own such i'm i'd i've you're it's that's what's there's don't doesn't isn't aren't can't".split()
)
DAYS = frozenset(
    f"{day}{s}"
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekend", "weekday", "bank holiday")
    for s in ("", "s")
)
WORD = re.compile(r"[\w][\w'’/-]*")
SHORT = 9  # words: a longer question says itself what it is about


def content(text: str) -> list[str]:
    return [word for word in WORD.findall(text) if word.lower().replace("’", "'") not in FILLER]


def leans(text: str) -> bool:
    """Whether a question needs the one before it to be understood."""
    words = WORD.findall(text)
    if not words or len(words) > SHORT:
        return False
    if BARE.search(text) or LEADS.search(text):
        return True
    own = content(text)
    if not own:
        return not re.search(r"\b(?:you|your)\b", text, re.I)
    if {w.lower() for w in own} <= ATTRIBUTES and not re.search(r"\byour?\b", text, re.I):
        return True
    if POINTS.search(text) and not (EXPLETIVE.search(text) and len(own) >= 2):
        return len(own) <= 2
    return (
        len(words) <= 3
        and len(own) <= 2
        and text.rstrip().endswith("?")
        and bool(re.match(r"\W*(?:on|in|at|for|with|without|by|until|after|before|from)\b", text, re.I))
    )


def resolve(text: str, topic: str) -> str:
    """The question in full. `topic` is the question before, itself in full; without one the text stays as it is."""
    if not topic or not leans(text):
        return text
    own = {w.lower() for w in content(text)}
    heads = {_singular(w.lower()) for w in content(text)}
    days, named = bool(own & DAYS), bool(LEADS.search(text) and _named(text))
    kept: list[str] = []
    for word in content(topic):
        low = word.lower()
        if low in own or _singular(low) in heads:
            if kept and _singular(low) in heads and _before(topic, word).lower() == kept[-1].lower() and _modified(text, low):
                kept.pop()  # "and a floor scale?" after "a bench scale": the new modifier takes the old one's place
            continue
        if (days and low in DAYS) or (named and word in _named(topic)):
            continue
        kept.append(word)
    asked = re.sub(r"^\W*(?:and|but|or|so|then|ok(?:ay)?|also|well)\b[\s,]*", "", text.strip(), flags=re.I)
    asked = re.sub(r"^(?:what|how) about\s+", "", asked, flags=re.I).rstrip(" ?!.")
    if not kept:
        return text
    lead = (
        _asking(topic)
        if not re.match(r"\W*(?:how|what|when|where|who|why|which|is|are|do|does|can|could|will|would)\b", asked, re.I)
        else ""
    )
    return " ".join(part for part in (lead, *((" ".join(kept), asked) if lead else (asked, " ".join(kept)))) if part).strip() + "?"


def _asking(topic: str) -> str:
    """How much, what time, when …: the kind of thing that the question before asked for."""
    match = re.match(r"\W*(how (?:much|many|long|often|far|soon)|what time|when|where|who|why)\b", topic, re.I)
    return match[1] if match else ""


def _named(text: str) -> list[str]:
    """Words written as names: a capital that no sentence begins with."""
    words = WORD.findall(text)
    return [w for w in words[1:] if w[0].isupper() and w.lower() not in DAYS and w.lower() not in FILLER]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _before(text: str, word: str) -> str:
    words = WORD.findall(text)
    place = words.index(word)
    return words[place - 1] if place else ""


def _modified(text: str, word: str) -> bool:
    """Whether the text puts a word of its own before this one."""
    words = [w.lower() for w in WORD.findall(text)]
    for place, other in enumerate(words):
        if _singular(other) == _singular(word):
            return place > 0 and words[place - 1] not in FILLER
    return False
