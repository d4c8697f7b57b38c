"""What the company sells, and to whom."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from retinue.services.research.extraction.claims import Claim, anywhere, claim
from retinue.services.research.extraction.pages import Page
from retinue.services.research.extraction.site import Line, Site, is_index

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
    r"\b(?:we|our \w+|[A-Z]\w+)\b[^.]{0,60}?\b(?:work (?:with|for)|works (?:with|for)|serves?|serving|helps?|look(?:s)? after|supply|supplies|cater(?:s)? (?:for|to)|(?<!our )(?<!the )(?<!customer )(?<!technical )supports?|"
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
_OUR_CUSTOMERS = re.compile(
    r"\b(?:our|their|the company['’]s) (?:customers|clients|patients|members|guests|students|users|readers) (?:are|include|range from|come from)\s+"
    r"(?:mostly |mainly |usually |often |both |chiefly )?(?P<who>[^.;:!?]{3,180})",
    re.IGNORECASE,
)
_FOR_WHOM = re.compile(
    r"^(?:made |built |designed |meant )?[Ff]or (?P<who>(?!the |a |an |more|all|any|your|our|example|us|that|this|instance|\d)[^.;:!?]{3,100})[.]?$"
)
_NEGATED = re.compile(r"\b(?:not|never|no longer|don['’]t|doesn['’]t|cannot|can['’]t)\b", re.IGNORECASE)
_SEGMENT_TITLE = re.compile(
    r"\b(?:who we (?:help|serve|work with|work for|supply|teach)|our (?:customers|clients)|who it(?:'|’)?s for|sectors|industries|markets|customers we serve|for whom)\b",
    re.IGNORECASE,
)


_ASPECT = re.compile(
    r"\b(?:hours|contact|team|story|customers?|clients?|process|promise|guarantee|charges?|terms|policy|case stud\w+|news|about|offices|"
    r"locations?|before you|how (?:it|we)|our approach|summer|winter|christmas|offers?|sale|downloads?|gallery|resources)\b",
    re.IGNORECASE,
)


def offering_claims(site: Site) -> Iterator[Claim]:
    yield from _declared(site)
    yield from _headed(site)
    yield from _listed(site)


def _declared(site: Site) -> Iterator[Claim]:
    for page in site.pages:
        for thing in page.things:
            kind, name = thing.get("@type"), thing.get("name")
            if not isinstance(kind, str) or kind not in {"Service", "Product", "Course", "MenuItem", "OfferCatalog"}:
                continue
            sure = 0.6 if kind == "OfferCatalog" else 0.9
            if isinstance(name, str) and _is_offer(name) and (found := anywhere("product_or_service", name, page, name, sure)):
                yield found


def _is_offer(title: str) -> bool:
    return 3 <= len(title) <= 70 and len(title.split()) <= 9 and not _NOT_AN_OFFER.match(title.strip()) and not title.endswith(("?", "!"))


def _headed(site: Site) -> Iterator[Claim]:
    """Headings of pages that list the offer, and headings under one that announces it; of a page about one thing, its title."""
    for line, following in zip_longest(site.lines, site.lines[1:]):
        if (
            following is not None
            and not following.level
            and re.search(r"[£€$]\s?\d|\d\s?€", following.text[:80])
            and len(following.text) < 80
        ):
            continue
        if not line.level or not _is_offer(line.text) or line.kind in {"legal", "questions", "news", "jobs", "contact"}:
            continue
        if _ASPECT.search(line.text):
            continue
        announced = any(_OFFER_TITLE.search(title) for title in line.under[-2:])
        index = line.kind == "offer" and is_index(line.page)
        if (line.level >= 2 and (index or (announced and line.kind not in {"offer", "price"}))) or (
            line.level == 1 and line.kind == "offer" and (not index or not _OFFER_TITLE.search(line.text))
        ):
            yield _offer(line, line.text, 0.85, site)


def _listed(site: Site) -> Iterator[Claim]:
    """On a page that lists the offer: names with a sentence under each, links, and list items under an announcing heading."""
    for page in site.pages:
        lines = [line for line in site.lines if line.page is page and not line.repeated]
        if site.kind(page) == "offer" and is_index(page):
            yield from _named_and_told(lines, site)
            yield from _linked_from(page, lines, site)
        if site.kind(page) in {"offer", "home", "about", "other"}:
            for line in lines:
                if line.bullet and not line.level and line.under and _OFFER_TITLE.search(line.under[-1]):
                    name = re.split(r"\s+[–—-]\s+|:\s", line.text)[0].rstrip(".,;")
                    if _is_offer(name) and len(name.split()) <= 6 and "@" not in name and not re.search(r"\d", name):
                        yield _offer(line, name, 0.65, site)


def _named_and_told(lines: list[Line], site: Site) -> Iterator[Claim]:
    """Short lines each followed by a sentence; three at least, so that one stray short line is no product."""
    pairs = [
        line
        for line, following in zip(lines, lines[1:], strict=False)
        if not line.level and _is_offer(line.text) and len(line.text.split()) <= 6 and line.text[0].isupper()
        and not re.search(r"[.,;:!?\d]$", line.text) and not following.level and re.search(r"[.!]$", following.text)
    ]  # fmt: skip
    if len(pairs) >= 3:
        for line in pairs:
            yield _offer(line, line.text, 0.85, site)


def _linked_from(page: Page, lines: list[Line], site: Site) -> Iterator[Claim]:
    """Names on the page that lead to a page of their own and are not in the menu of every page."""
    menu = Counter(link.url for other in site.pages for link in {link.url: link for link in other.links}.values())
    for link in page.links:
        if menu[link.url] > max(2, len(site.pages) // 3) or not _is_offer(link.text) or re.match(r"(?:mailto|tel|#|https?:)", link.url):
            continue
        line = next((line for line in lines if line.text == link.text), None)
        if line is not None and not _ASPECT.search(link.text):
            yield _offer(line, link.text, 0.8, site)


def priced_offers(prices: list[Claim], site: Site) -> Iterator[Claim]:
    """Where a site only prices what it sells, as a menu does, the priced names are the offer."""
    for price in prices:
        name = price.value.split(": ")[0]
        if ": " not in price.value or not _is_offer(name) or not price.quote.startswith(name) or price.in_markup:
            continue
        page = next(page for page in site.pages if page.url == price.source_url)
        yield claim("product_or_service", name, page, (price.start, price.start + len(name)), 0.6 * site.weight(page))


def _offer(line: Line, name: str, confidence: float, site: Site) -> Claim:
    start = line.start + line.text.index(name)
    return claim("product_or_service", name, line.page, (start, start + len(name)), confidence * site.weight(line.page))


def segment_claims(site: Site) -> Iterator[Claim]:
    for sentence in site.sentences:
        if sentence.line.kind in {"legal", "news"} or sentence.line.level or len(sentence.text) > 320:
            continue
        for pattern, confidence in ((_OUR_CUSTOMERS, 0.85), (_FOR, 0.75), (_FOR_NOUN, 0.7), (_FOR_WHOM, 0.65)):
            match = pattern.search(sentence.text)
            if not match or _NEGATED.search(sentence.text[: match.start("who")]):
                continue
            who = _who(match["who"])
            if who:
                yield claim("customer_segment", who, sentence.page, sentence.span, confidence * site.weight(sentence.page))
                break
    for line in site.lines:
        if (line.bullet or line.level) and line.under and _SEGMENT_TITLE.search(line.section) and len(line.text) < 80 and not line.repeated:
            span = (line.start, line.end)
            yield claim("customer_segment", line.text.rstrip("."), line.page, span, 0.85 * site.weight(line.page))


def _to_the_noun(phrase: str) -> str:
    """Up to the last customer that is followed by a connective: `legal teams draft contracts` ends with the teams."""
    for match in _WHO.finditer(phrase):
        if not re.match(
            r"\s*(?:$|,|;|and\b|or\b|&|of\b|with\b|without\b|in\b|from\b|across\b|under\b|over\b|aged\b)", phrase[match.end() :]
        ):
            following = _WHO.match(phrase[match.end() :].lstrip())
            if not following:
                return phrase[: match.end()]
    return phrase


def _who(words: str) -> str | None:
    """The phrase that names the customers, cut where the sentence goes on to something else."""
    phrase = re.split(
        r"\b(?:who|which|that|to (?:help|make|keep|get|find|ensure)|so that|because|where|when|with our|by|since|from|using|through|as well as our|at|if|before|after|until|while)\b|\s[–—-]\s|\(",
        words,
    )[0]
    phrase = re.sub(r"\b(?:in|across|throughout|around|within|near|on|over)\s+(?:the\s+)?[A-Z][^,]*$", "", phrase).strip(" ,")
    phrase = re.sub(r"\s+(?:for free|at no cost|every (?:day|year)|as well)$|,?\s+and (?:people|others|more)$", "", phrase)
    phrase = re.sub(r"^(?:our|the|many|over|more than|hundreds of|thousands of|both|all|all kinds of|a wide range of)\s+", "", phrase)
    phrase = _to_the_noun(phrase)
    if (
        not _WHO.search(phrase)
        or re.search(r"\b(?:please|must|can|will|should|is|are|ring|call)\b", phrase)
        or len(phrase.split()) > 16
        or re.search(r"\b(?:you|your|us|we|our|it)\b", phrase, re.IGNORECASE)
    ):
        return None
    if re.fullmatch(r"(?:customers?|clients?|people|everyone|members|events?|trade|teams?|families?)", phrase, re.IGNORECASE):
        return None
    return phrase[0].upper() + phrase[1:]
