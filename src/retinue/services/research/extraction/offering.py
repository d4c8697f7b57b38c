"""What the company sells, and to whom."""

import re
from collections.abc import Iterator

from retinue.services.research.extraction.claims import Claim, anywhere, claim
from retinue.services.research.extraction.site import Line, Site

_OFFER_TITLE = re.compile(
    r"\b(?:services?|products?|what we (?:do|offer|make|repair|sell|fix)|solutions?|treatments?|courses?|classes|our work|our range|menu|specialities|"
    r"specialties|practice areas|programmes?|programs?|packages|plans|we offer|we do|features|collections?|rentals?|hire|workshops?|tours?)\b",
    re.IGNORECASE,
)
_NOT_AN_OFFER = re.compile(
    r"^(?:home|about|contact|blog|news|our (?:team|story|people|values|history|promise|approach|customers|clients)|the team|why\b.*|how\b.*|what\b.*|when\b.*|where\b.*|"
    r"who\b.*|can\b.*|do\b.*|is\b.*|are\b.*|will\b.*|faqs?|frequently.*|questions.*|get in touch|opening.*|hours.*|testimonials?|reviews?|what (?:our )?.*say|"
    r"privacy.*|terms.*|cookie.*|call us.*|book (?:now|online|an?.*)|request.*|read more|learn more|find out more|ready to.*|need\b.*|"
    r"prices?|pricing.*|our prices.*|rates|fees|price list.*|location.*|find us.*|visit us.*|follow us.*|newsletter.*|subscribe.*|careers?|jobs?|menu|services|"
    r"our (?:services|products|work|range|menu)|products|solutions|welcome.*|overview|introduction|awards?|accreditations?.*|certifications?.*|"
    r"guarantees?|warranty.*|(?:good|things|worth) to know.*|please note.*|notes?|delivery.*|returns?.*|payments?.*|cancellations?.*|service|item|price|areas? we cover.*|"
    r"service areas?.*|step \d.*|\d+[.)]?.*|in an emergency.*|emergency|more|links|details|description|duration|size|includes?|included|the details|product)$",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"\b(?:we|our \w+|[A-Z]\w+)\b[^.]{0,60}?\b(?:work (?:with|for)|works (?:with|for)|serves?|serving|helps?|look(?:s)? after|supply|supplies|cater(?:s)? (?:for|to)|supports?|"
    r"trusted by|partner(?:s)? with|treats?|teach(?:es)?|sell(?:s)? to|deliver(?:s)? to|available to|designed for|made for|built for|ideal for|aimed at|advises?|acts? for)\s+"
    r"(?P<who>[^.;:!?]{3,160})"
)
_FOR_NOUN = re.compile(
    r"\b(?:services?|repairs?|products?|software|solutions?|care|support|classes|courses|advice|cleaning|equipment|supplies|training|tools?|platform|coffee|bread|boats?|"
    r"bikes?|rental|hire|maintenance|systems?|insurance|accounting|bookkeeping|boxes|furniture|catering|transport|storage)\s+for\s+(?P<who>[^.;:!?]{3,140})",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"\b(?:homes?|homeowners?|households?|landlords?|tenants?|letting agents?|property managers?|businesses|companies|offices|shops?|restaurants?|cafés?|cafes?|hotels?|pubs|schools?|"
    r"universit\w+|nurser\w+|hospitals?|clinics?|practices|patients?|famil\w+|children|kids|adults|seniors|parents|students?|pupils|teams?|start-?ups?|manufacturers?|"
    r"retailers?|wholesalers?|distributors?|farms?|farmers?|growers|owners|operators|managers|councils?|local authorit\w+|charit\w+|non-?profits?|"
    r"contractors?|builders?|developers?|architects?|agenc\w+|brands?|makers|engineers?|freelancers?|sole traders|enterprises?|organi[sz]ations?|"
    r"drivers|fleets?|cyclists?|commuters|travell?ers|tourists|visitors|guests|couples|groups|individuals|professionals|investors|buyers|sellers|"
    r"beginners|athletes|runners|sailors|anglers|pet owners|dogs?|cats?|horses?|vets|dentists|doctors|pharmac\w+|labs?|laborator\w+|"
    r"museums|galler\w+|churches|clubs|societies|venues|event\w*|merchants|consumers|customers|clients|trade|SMEs?|members|residents|people|women|men|everyone)\b",
    re.IGNORECASE,
)
_SEGMENT_TITLE = re.compile(
    r"\b(?:who we (?:help|serve|work with|work for|supply|teach)|our (?:customers|clients)|who it(?:'|’)?s for|sectors|industries|markets|customers we serve|for whom)\b",
    re.IGNORECASE,
)


def offering_claims(site: Site) -> Iterator[Claim]:
    yield from _declared(site)
    yield from _headed(site)
    yield from _listed(site)
    yield from _linked(site)


def _declared(site: Site) -> Iterator[Claim]:
    for page in site.pages:
        for thing in page.things:
            kind, name = thing.get("@type"), thing.get("name")
            if kind in {"Service", "Product", "Course", "MenuItem", "OfferCatalog"} and isinstance(name, str) and _is_offer(name):
                if found := anywhere("product_or_service", name, page, name, 0.9 if kind != "OfferCatalog" else 0.6):
                    yield found


def _is_offer(title: str) -> bool:
    return 3 <= len(title) <= 70 and len(title.split()) <= 9 and not _NOT_AN_OFFER.match(title.strip()) and not title.endswith(("?", "!"))


def _headed(site: Site) -> Iterator[Claim]:
    """Headings of offer pages, and headings under a heading that announces the offer elsewhere."""
    for line in site.lines:
        if not line.level or not _is_offer(line.text) or line.kind in {"legal", "questions", "news"}:
            continue
        announced = any(_OFFER_TITLE.search(title) for title in line.under[-2:])
        if line.kind in {"offer", "price"} and line.level >= 2 or announced and line.level >= 2:
            if re.search(r"\b(?:hours|contact|team|story|customers?|clients?|process|promise|guarantee|charges?|terms|policy)\b", line.text, re.I):
                continue
            yield _offer(line, line.text, 0.9 if line.kind == "offer" else 0.75, site)
        elif line.kind == "offer" and line.level == 1 and _is_offer(line.text) and not _OFFER_TITLE.search(line.text):
            yield _offer(line, line.text, 0.8, site)


def _listed(site: Site) -> Iterator[Claim]:
    """First cells of rows on offer and price pages, and list items under a heading that announces the offer."""
    for line in site.lines:
        if line.level or line.kind in {"legal", "questions", "news"}:
            continue
        cells = [cell.strip() for cell in re.split(r"\t|\s\|\s", line.text) if cell.strip()]
        if len(cells) >= 2 and line.kind in {"offer", "price", "home"} and re.search(r"[£€$]\s?\d|\d\s?(?:€|EUR|GBP|USD)|\bPOA\b|\b[Ff]ree\b", line.text):
            if _is_offer(cells[0]) and not re.search(r"[£€$]|call-?out|deposit|delivery|surcharge|\bfee\b|late\b|minimum", cells[0], re.IGNORECASE):
                yield _offer(line, cells[0], 0.7, site)
        elif line.bullet and any(_OFFER_TITLE.search(title) for title in line.under[-1:]) and not line.repeated:
            name = re.split(r"\s+[–—-]\s+|:\s", line.text)[0].rstrip(".,;")
            if _is_offer(name) and len(name.split()) <= 7 and "@" not in name:
                yield _offer(line, name, 0.65, site)


def _linked(site: Site) -> Iterator[Claim]:
    for page in site.pages:
        for link in page.links:
            if re.search(r"/(?:services?|products?|treatments?|courses?|solutions?)/[\w-]+", link.url) and _is_offer(link.text):
                if found := anywhere("product_or_service", link.text, page, link.text, 0.6):
                    yield found


def _offer(line: Line, name: str, confidence: float, site: Site) -> Claim:
    start = line.start + line.text.index(name)
    return claim("product_or_service", name, line.page, (start, start + len(name)), confidence * site.weight(line.page))


def segment_claims(site: Site) -> Iterator[Claim]:
    for sentence in site.sentences:
        if sentence.line.kind in {"legal", "news"} or sentence.line.level or len(sentence.text) > 320:
            continue
        for pattern, confidence in ((_FOR, 0.75), (_FOR_NOUN, 0.7)):
            match = pattern.search(sentence.text)
            if not match:
                continue
            who = _who(match["who"])
            if who:
                yield claim("customer_segment", who, sentence.page, sentence.span, confidence * site.weight(sentence.page))
                break
    for line in site.lines:
        if (line.bullet or line.level) and line.under and _SEGMENT_TITLE.search(line.section) and len(line.text) < 80 and not line.repeated:
            span = (line.start, line.end)
            yield claim("customer_segment", line.text.rstrip("."), line.page, span, 0.85 * site.weight(line.page))


def _who(words: str) -> str | None:
    """The phrase that names the customers, cut where the sentence goes on to something else."""
    phrase = re.split(
        r"\b(?:who|which|that|to (?:help|make|keep|get|find|ensure)|so that|because|where|when|with our|by|since|from|using|through|as well as our|at|if|before|after|until|while)\b|\s[–—-]\s|\(",
        words,
    )[0]
    phrase = re.sub(r"\b(?:in|across|throughout|around|within|near|on|over)\s+(?:the\s+)?[A-Z][^,]*$", "", phrase).strip(" ,")
    phrase = re.sub(r"^(?:our|the|many|over|more than|hundreds of|thousands of|both|all|all kinds of|a wide range of)\s+", "", phrase)
    if not _WHO.search(phrase) or len(phrase.split()) > 16 or re.search(r"\b(?:you|your|us|we|our|it)\b", phrase, re.IGNORECASE):
        return None
    if re.fullmatch(r"(?:customers?|clients?|people|everyone|members|events?|trade|teams?|families?)", phrase, re.IGNORECASE):
        return None
    return phrase[0].upper() + phrase[1:]
