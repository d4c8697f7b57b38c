"""What the company says it is: description, age and size."""

import re
from collections.abc import Iterator

from retinue.services.research.extraction.claims import Claim, anywhere, claim
from retinue.services.research.extraction.site import Sentence, Site

_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "dozen": 12,
}  # fmt: skip
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_COUNT = rf"(?P<n>\d[\d,]*|(?:{_TENS})[- ](?:one|two|three|four|five|six|seven|eight|nine)|a (?:dozen|hundred)|{'|'.join(_NUMBERS)})(?:\+|\s*plus)?"
_PEOPLE = (
    r"(?:people|employees|staff|colleagues|team members|members of staff|professionals|specialists|experts|technicians|engineers|"
    r"electricians|plumbers|mechanics|craftspeople|craftsmen|developers|consultants|lawyers|solicitors|accountants|advisers|advisors|"
    r"dentists|vets|therapists|nurses|clinicians|doctors|teachers|tutors|instructors|drivers|chefs|bakers|stylists|gardeners|cleaners|"
    r"agents|designers|makers|builders|joiners|carpenters|roofers|installers|riders|crew|guides|coaches|trainers|partners)"
)
_SIZE = (
    re.compile(rf"\bteam of (?:about |around |over |more than |just |some |nearly )?{_COUNT}\b(?!\s*(?:years?|hours?))", re.IGNORECASE),
    re.compile(rf"\bwe(?: are|'re|’re)(?: now)?(?: a)? (?:about |around |over |just |only |still )?{_COUNT}\b(?:[ -](?:\w+ ){{0,2}}{_PEOPLE}\b|,| in (?:total|all|the)\b|[.])", re.IGNORECASE),
    re.compile(rf"\b(?:employ(?:s|ing)?|staff of|crew of|workforce of|headcount of|there are|has grown to|have grown to|grown to) (?:about |around |over |more than |just |some |nearly )?{_COUNT}\b", re.IGNORECASE),
    re.compile(rf"\b{_COUNT} (?:(?:full|part)[- ]time |\w+[- ]trained |qualified |dedicated |skilled |friendly |permanent |experienced |certified |licensed |registered )*{_PEOPLE}\b", re.IGNORECASE),
    re.compile(rf"\b(?:there are (?:now )?|the |all ){_COUNT} of us\b", re.IGNORECASE),
)  # fmt: skip
_TRADE = (
    r"(?!(?:customers|members|visitors|others|orders|offers|numbers|users|owners|followers|subscribers|investors|buyers|sellers|"
    r"floors|doors|boilers|trailers|quarters|centers|computers|letters|meters|sensors|servers|printers|containers|partners)\b)"
    r"[a-z]+(?:ists|ers|ors|ians|yers)"
)
_NOT_STAFF = re.compile(r"\b(?:up to|groups? of|for|minimum|maximum|seats?|every|classes of|serves?|help(?:ed)?)\s*$", re.IGNORECASE)
_FOUNDED = (
    re.compile(r"\b(?:founded|established|est\.?|incorporated|set up|started|began|launched|opened|formed|created)\b(?:\s+[^.\d]{0,60}?)?\s*(?:in|since|:)?\s*\b(?P<y>1[6-9]\d\d|20[0-4]\d)\b", re.IGNORECASE),
    re.compile(r"\b(?:since|going back to|dates? back to|roots in)\s+(?:\w+\s+)?(?P<y>1[6-9]\d\d|20[0-4]\d)\b", re.IGNORECASE),
    re.compile(r"\bin (?P<y>1[6-9]\d\d|20[0-4]\d),?\s[^.]{0,80}\b(?:founded|started|opened|set up|began|launched|established)\b", re.IGNORECASE),
)  # fmt: skip
_OTHER_YEAR = re.compile(
    r"\b(?:joined|graduated|qualified|born|moved|extended|renovated|updated|reviewed|copyright|certified|accredited|member|registered with|"
    r"expanded|won|winner|second|new (?:workshop|office|shop|branch|site|clinic)|took over|bought|acquired)\b|©",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\b(?:is|are)\s+(?:an?|the|your|one of|two|three|four|[\w-]+['’]s)\b|\b(?:we|who)\s+(?:help|provide|offer|make|build|run|sell|design|install|repair|deliver|teach|"
    r"supply|manage|look after|keep|clean|serve|fit|care|train|rent|hire|organi[sz]e|operate|specialise|specialize|service|roast|bake|produce|grow|"
    r"create|develop|support|treat|test|inspect|calibrate|stock|grow|hire|rent|restore|maintain|insure|advise|coach|publish|print|ship)\b|\b(?:provides|offers|makes|builds|runs|sells|designs|installs|repairs|delivers|teaches|supplies|manages|serves|"
    r"helps|operates|specialises|specializes|services|roasts|bakes|produces|cleans|rents|hires|trains|treats|restores|maintains)\b",
    re.IGNORECASE,
)


def company_claims(site: Site) -> Iterator[Claim]:
    yield from _descriptions(site)
    yield from _founded(site)
    yield from _size(site)


def _descriptions(site: Site) -> Iterator[Claim]:
    opening = next((s for s in site.sentences if s.line.kind == "home" and not s.line.level and _could_open(s)), None)
    if opening is not None:
        yield claim("description", opening.text, opening.page, opening.span, 0.55)
    for sentence in site.sentences:
        confidence = _description_score(sentence, site)
        if confidence:
            yield claim("description", sentence.text, sentence.page, sentence.span, confidence)
    for page in [page for page in site.pages if site.kind(page) in {"home", "about"}]:
        described = page.html_meta.description or next(
            (d for thing in page.things if isinstance(d := thing.get("description"), str) and "Business" in str(thing.get("@type"))), None
        )
        if described and len(described) > 40:
            confidence = 0.85 if site.kind(page) == "home" else 0.7
            if found := anywhere("description", described, page, described, confidence):
                yield found


def _could_open(sentence: Sentence) -> bool:
    """The first full sentence of the home page says what the company is, when nothing says it better."""
    text = sentence.text
    return 40 <= len(text) <= 300 and text.endswith(".") and not sentence.line.repeated and not re.search(r"[“\"|©]|cookie", text)


def _description_score(sentence: Sentence, site: Site) -> float:
    """How well a sentence tells what the company is; 0 when it does not. Weights are judgement, kept in order by tests."""
    text, line = sentence.text, sentence.line
    if line.kind not in {"home", "about", "other", "contact"} or line.level or not 45 <= len(text) <= 360 or text.endswith("?"):
        return 0.0
    if re.search(r"[|\t©]|cookie|[“\"]", text):
        return 0.0
    name = re.split(r",|\s(?:Ltd|Limited|Inc|LLC|GmbH|plc)\b", site.name)[0]
    named = name.casefold() in text.casefold()
    first_word = bool(re.match(rf"(?:the\s+|at\s+)?{re.escape(name)}\s+(?:is|are|has|have|[a-z]+s)\b", text, re.IGNORECASE))
    if not first_word and not _SELF.search(text):
        return 0.0
    ours = re.search(r"\bwe\b", text, re.IGNORECASE)
    if not named and not ours:
        return 0.0
    score = 0.45 + (0.1 if named else 0) + (0.25 if first_word else 0)
    score -= 0.25 if re.search(r"\b(?:was|were|if|closed|except|until|not|only)\b", text) else 0
    score += 0.05 if line.kind in {"home", "about"} else -0.15
    return min(0.9, score)


def _founded(site: Site) -> Iterator[Claim]:
    for page in site.pages:
        for thing in page.things:
            date = thing.get("foundingDate")
            dated = isinstance(date, str | int) and re.match(r"\d{4}", str(date))
            if dated and (found := anywhere("founded", str(date)[:4], page, str(date), 0.9)):
                yield found
    for sentence in site.sentences:
        if sentence.line.kind == "legal":
            continue
        for rank, pattern in enumerate(_FOUNDED):
            match = pattern.search(sentence.text)
            if not match:
                continue
            doubted = _OTHER_YEAR.search(sentence.text)
            confidence = (0.95, 0.8, 0.8)[rank] * site.weight(sentence.page) * (0.4 if doubted else 1)
            yield claim("founded", match["y"], sentence.page, sentence.span, confidence)
            break


def count_of(text: str) -> int | None:
    """The number that a word or figure stands for."""
    plain = text.casefold().replace(",", "").removeprefix("a ")
    if plain.isdigit():
        return int(plain)
    parts = re.split(r"[- ]", plain)
    values = [_NUMBERS.get(part) or {"one": 1}.get(part) for part in parts]
    return sum(value for value in values if value) if all(values) else None


def _size(site: Site) -> Iterator[Claim]:
    for page in site.pages:
        for thing in page.things:
            staff = thing.get("numberOfEmployees")
            number = staff.get("value") if isinstance(staff, dict) else staff
            counted = isinstance(number, int | str) and str(number).isdigit()
            if counted and (found := anywhere("size", f"{number} employees", page, str(number), 0.85)):
                yield found
    for sentence in site.sentences:
        if sentence.line.kind in {"legal", "news"} or sentence.line.level:
            continue
        stated = list(_stated_sizes(sentence.text))
        summed = _summed_size(sentence.text)
        if stated:
            confidence, value = max(stated)
            if not summed or confidence >= 0.85:
                yield claim("size", value, sentence.page, sentence.span, confidence * site.weight(sentence.page))
                continue
        if summed:
            yield claim("size", summed, sentence.page, sentence.span, 0.8 * site.weight(sentence.page))


def _stated_sizes(text: str) -> Iterator[tuple[float, str]]:
    for rank, pattern in enumerate(_SIZE):
        for match in pattern.finditer(text):
            number = count_of(match["n"])
            before = text[: match.start()]
            if not number or number < 2 or _NOT_STAFF.search(before):
                continue
            beside = re.match(rf"(?:[ -](?!from|who|of|and|in|with)\w+)?[ -]{_PEOPLE}\b", text[match.end() :], re.IGNORECASE)
            noun = re.search(_PEOPLE, beside.group() if beside else match.group(), re.IGNORECASE)
            if rank >= 2 and not noun and rank != 4:
                continue
            word = noun.group().lower() if noun else "people"
            whole = 1.0 if word in {"people", "employees", "staff", "colleagues"} else 0.85
            part = (
                0.6
                if rank == 0
                and re.search(r"\b\w+[a-z]\s$", before)
                and not re.search(r"\b(?:a|our|the|whole|small|of|with|local|friendly)\s$", before)
                else 1.0
            )
            yield round((0.92, 0.95, 0.85, 0.7, 0.8)[rank] * whole * part, 3), f"{number} {word}"


def _summed_size(text: str) -> str | None:
    """`nine dentists, fourteen hygienists and a crew of 25` makes 48, where the sentence counts the staff."""
    if not re.search(r"\b(?:there are|we are|we have|team (?:is|has|includes|consists)|employs?)\b", text, re.IGNORECASE):
        return None
    counted: list[tuple[int, str]] = []
    for match in re.finditer(
        rf"\b{_COUNT}\s+(?:[\w-]+\s+)?(?P<who>{_PEOPLE}|{_TRADE})\b|\b(?:crew|team|staff) of (?P<m>\d+|\w+)\b", text, re.IGNORECASE
    ):
        number = count_of(match["n"] or match["m"])
        if number:
            counted.append((number, " ".join(match.group().split())))
    if len(counted) < 2:
        return None
    return f"{sum(number for number, _ in counted)} people ({', '.join(words for _, words in counted)})"
