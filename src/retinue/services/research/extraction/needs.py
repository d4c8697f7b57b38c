"""What the site's own words suggest is hard for the company, and where an agent could help: inferences, never facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from retinue.services.research.extraction.claims import Claim, claim
from retinue.services.research.extraction.hours import always_open, closed_on
from retinue.services.research.extraction.site import Sentence, Site
from retinue.services.research.extraction.tools import tools_of_kind


@dataclass(frozen=True)
class Sign:
    """A pattern in the site's words and what it suggests. `unless` cancels it within the same sentence."""

    pattern: re.Pattern[str]
    pain: str
    why: str
    opportunity: str = ""
    unless: re.Pattern[str] | None = None
    confidence: float = 0.6


def _sign(
    pattern: str, pain: str, why: str, opportunity: str = "", unless: str | None = None, confidence: float = 0.6
) -> Sign:
    compiled = re.compile(pattern, re.IGNORECASE)
    return Sign(compiled, pain, why, opportunity, re.compile(unless, re.IGNORECASE) if unless else None, confidence)


_CALL = r"(?:call|ring|phone|telephone|by phone|over the phone|by telephone|e-?mail)"
_BOOK = r"(?:book|booking|bookings|appointment|appointments|reserv\w+|arrange|schedul\w+|order|orders|ordering)"

SIGNS: tuple[Sign, ...] = (
    _sign(
        r"\b(?:hold|queue\w*|wait(?:ing)? times?|lines? (?:are|get|is|can be) (?:very |often |really )?busy|busy (?:phone )?lines?|high (?:call )?volumes?|"
        r"hard to (?:reach|get hold)|can(?:'|’)?t always (?:answer|pick up)|cannot always (?:answer|pick up|come to)|miss(?:ed|ing)? (?:a |your |many |some )?calls?|"
        r"(?:phone|phones|telephone) (?:rings?|is|are|can be|may be|go(?:es)?) (?:\w+ ){0,3}(?:unanswered|engaged|busy|off the hook))\b",
        "Calls meet busy lines or go unanswered.",
        "The site itself, or a customer on it, says that getting through by telephone is hard.",
        "Answer routine questions at once by chat, so that the telephone is free for the calls that need a person.",
        unless=r"\b(?:no (?:queue|wait)|without (?:a )?(?:queue|wait)|skip the|never (?:a )?wait|hold(?:s|ing)? (?:a|the|an|your|up)\b|on hold of)",
        confidence=0.7,
    ),
    _sign(
        r"\b(?:leave (?:us )?a (?:message|voicemail)|answer(?:ing|phone)[- ]?(?:machine|service)?|voicemail|"
        r"outside (?:of )?(?:these|office|opening|working|business|normal) (?:hours|times))\b",
        "Outside opening hours, enquiries wait in a voicemail or mailbox until someone is back.",
        "The site sends callers to a message when nobody is there.",
        "Answer out of hours, take the details and have a person call back the next working day.",
    ),
    _sign(
        r"\b(?:(?:reply|respond|answer|come back|get back|call (?:you )?back|be in touch|response|replies)\b[^.]{0,50}\b(?:within|in|takes?|up to|usually|aim)\b[^.]{0,25}"
        r"\b(?:\d+|one|two|three|four|five|a few|next)\s*(?:to (?:\d+|two|three|four|five)\s*)?(?:–\d+\s*)?(?:working |business )?(?:hours?|days?|weeks?))\b",
        "Enquiries wait hours or days for an answer.",
        "The stated reply time is far longer than a visitor of the page stays.",
        "Answer the common questions within seconds and hand over only the rest.",
        unless=r"\b(?:call-?outs?|on site|engineer will (?:be|attend)|emergency)\b",
    ),
    _sign(
        rf"\b(?:(?:to|please) (?:\w+ )?{_BOOK}\b[^.]{{0,50}}\b{_CALL}\b|{_CALL}\b[^.]{{0,45}}\b(?:to|for an?|and (?:we|ask))\b[^.]{{0,25}}\b{_BOOK}\b|"
        rf"\b{_BOOK}\b[^.]{{0,40}}\b(?:by (?:phone|telephone|e-?mail)|over the phone|(?:phone|telephone) only)|"
        r"(?:do(?:es)? not|don(?:'|’)t|no|cannot|can(?:'|’)t)\b[^.]{0,25}\b(?:online book\w*|book online|online orders?|order online))\b",
        "Bookings and orders go through the telephone or e-mail, one by one.",
        "The site tells customers to call or write to book, so each booking takes a person's time in opening hours.",
        "Take booking requests in the chat, with all the details needed, at any hour.",
        unless=r"\b(?:or (?:book|order) online|online or)\b",
    ),
    _sign(
        r"\b(?:(?:quotes?|quotations?|estimates?)\b[^.]{0,60}\b(?:request|call|contact|visit|survey|free|within|working days?|send)|(?:request|ask for|get|for) an? (?:free |written |no-obligation )*(?:quotes?|quotation|estimate)|"
        r"price on (?:application|request)|prices? (?:are |is )?(?:on|upon) (?:request|application)|POA|(?:contact|call|ask) us for (?:a price|prices|pricing))\b",
        "Quotations are made by hand, and each needs details collected from the customer first.",
        "Prices are given on request, so every enquiry starts an exchange of questions.",
        "Collect what a quotation needs in the chat and pass on a complete enquiry.",
    ),
    _sign(
        r"\b(?:waiting lists?|wait(?:ing)? (?:list|of)|booked (?:up|out|solid)|fully booked|lead times?|back ?log|(?:allow|takes?) (?:up to |about |around )?(?:\d+|two|three|four|five|six|eight|ten|twelve)"
        r"(?:\s*(?:to|–|-)\s*(?:\d+|three|four|five|six|eight|ten|twelve))? (?:weeks|working days|months)|(?:weeks|months) (?:in advance|ahead|away))\b",
        "Customers wait: capacity is booked ahead or lead times are long.",
        "The site states a waiting list or a lead time, which brings questions about when it will be their turn.",
        "Tell customers the usual waiting time, take their details for the list and answer progress questions.",
    ),
    _sign(
        r"\b(?:cancel\w*|reschedul\w*|no[- ]shows?|missed appointments?|late cancellations?)\b[^.]{0,80}\b(?:notice|hours|days?|fee|charge[ds]?|deposit|advance|refund\w*)\b",
        "Late cancellations and changes cost time, and each change needs a message to the office.",
        "There is a rule about notice or fees, which exists because changes happen.",
        "Explain the cancellation rule and take change requests in the chat.",
    ),
    _sign(
        r"\b(?:where(?:'|’)?s? is my (?:order|parcel|delivery)|track(?:ing)? (?:your|my|an) (?:order|parcel|repair|delivery)|(?:status|progress) of (?:your|my|an|the) (?:order|repair|job|delivery|application|case)|"
        r"(?:call|ring|e-?mail|contact) us (?:to (?:check|ask|find out)|for (?:an )?update)|is (?:my|it) \w+ ready)\b",
        "Customers have to ask how far their order or job is.",
        "The site speaks of status questions, which return with every order.",
        "Answer status questions automatically once the order system is connected.",
    ),
    _sign(
        r"\b(?:download|print|fill (?:in|out)|complete|post|fax|return)\b[^.]{0,50}\b(?:paper |pdf |printed )?form\b[^.]{0,40}\b(?:post|fax|e-?mail|bring|return|send|back|sign)|\b(?:by fax|by post|paper forms?|on paper|by hand in|spreadsheets?)\b",
        "Paperwork still travels on paper or as files to be typed in again.",
        "The site asks for forms by post, print, fax or attachment.",
        "Collect the same details in the chat and file them in one record.",
        unless=r"\b(?:paper(?:less| mill| bag)|made by hand|instead of|no more)\b",
    ),
    _sign(
        r"\b(?:short[- ]staffed|stretched|overwhelmed|struggl\w+ to (?:answer|keep|reply|respond)|snowed under|small (?:office|front desk|reception) (?:team|staff)|"
        r"only (?:one|two|three) (?:people|person|of us)(?: \w+){0,4} (?:phone|office|desk|reception)|(?:spend|spends|spent|takes? up) (?:\w+ ){0,5}(?:hours?|time|day|morning) [^.]{0,30}\b(?:phone|calls|e-?mails?|enquir\w+|inquir\w+|questions?))\b",
        "A small team carries the front desk beside its real work.",
        "The site says that few people answer, or that answering takes much of their time.",
        "Take the repeated questions off the team and hand over only what needs them.",
        confidence=0.65,
    ),
    _sign(
        r"\b(?:same|these|most (?:common|frequent)|usual) questions?\b|\bquestions? (?:we (?:are|get) (?:often )?asked|(?:people|customers) (?:often )?ask)|\basked (?:every|each|several times a|many times a) (?:day|week)|\bfrequently asked questions\b",
        "The same questions come again and again.",
        "The company gathers frequent questions on its site, so it answers them often.",
        "Answer the frequent questions from the company's own pages, with the source shown.",
        confidence=0.5,
    ),
    _sign(
        r"\b(?:emergenc(?:y|ies)|urgent|breakdowns?|call-?outs?)\b[^.]{0,80}\b(?:call|ring|phone|line|number|hours?|24|same[- ]day|rate|charge|surcharge|respon\w+)\b",
        "Urgent cases arrive among ordinary questions and must be told apart quickly.",
        "The site has its own rule for emergencies.",
        "Recognise urgent cases in the first message and pass them to the right person at once.",
    ),
    _sign(
        r"\b(?:busiest|peak (?:season|times?|periods?|weeks?|months?)|busy (?:season|period|months?|times?|weeks?)|high season|seasonal (?:demand|rush|peak)|rush (?:before|in|of)|in the run-up to)\b",
        "Demand comes in peaks that the team has to absorb.",
        "The site names a busy season or hour.",
        "Absorb the peaks of enquiries without extra staff.",
    ),
    _sign(
        r"\b(?:hiring|recruiting|looking for|vacanc\w+|join us as|wanted)\b[^.]{0,60}\b(?:receptionist|front[- ]desk|customer (?:service|support|care)|office (?:assistant|administrator)|call handler|dispatcher|coordinator)\b",
        "The front desk lacks people.",
        "The company is looking for someone to answer customers.",
        "Take the routine share of that work before and after the new colleague starts.",
        confidence=0.7,
    ),
    _sign(
        r"\b(?:never|nobody|no one|didn(?:'|’)t|did not|hard|difficult|took|waited|eventually|only downside|only complaint|frustrat\w+)\b[^.]{0,50}\b(?:(?:called|got|get|rang|phoned|come) (?:me |us )?(?:back|through)|answer(?:ed|s)?|pick(?:ed)? up|repl(?:y|ied)|respon\w+|hold of|to book|reach)\b",
        "A review complains about reaching the company or waiting for an answer.",
        "The words are a customer's own.",
        "Reply at once, at any hour, and say when a person will follow up.",
        unless=r"\b(?:never (?:had|have) to|no problem)\b",
        confidence=0.65,
    ),
    _sign(
        r"\b(?:(?:we|team|staff) (?:also )?speaks?|languages? (?:spoken|we speak)|interpreters?|hablamos|wir sprechen|mówimy|on parle)\b",
        "",
        "The company serves customers in more than one language.",
        "Answer in each language that its customers speak.",
        confidence=0.5,
    ),
    _sign(
        r"\b(?:aftercare|follow[- ]?up|annual (?:service|check|inspection|renewal)|service (?:reminders?|plans?|contracts?)|re-?calibrat\w+ (?:every|due)|due every|every (?:six|twelve|12|6) months|reminders?|yearly (?:service|check))\b",
        "",
        "The business repeats at intervals, so a reminder brings the next order.",
        "Remind customers when the next service or renewal is due and take the booking.",
        confidence=0.5,
    ),
    _sign(
        r"\b(?:which (?:\w+ ){1,4}(?:is right|do i need|should i|suits|to choose)|not sure (?:which|what)|help (?:you )?(?:choose|choosing|decide)|advice on (?:which|choosing|the right))\b",
        "Customers need advice before they can choose.",
        "The site offers help with choosing, which takes a person's time for each customer.",
        "Guide visitors to the right product or service with a few questions.",
        confidence=0.5,
    ),
)  # fmt: skip

_QUESTION = re.compile(r"^(?:do|can|how|what|when|where|which|is|are|will|why|who|should|must|does)\b.{5,110}\?$", re.IGNORECASE)


def need_claims(site: Site, found: list[Claim]) -> Iterator[Claim]:
    """`found` are the facts already claimed: some needs follow from what was, or was not, among them."""
    for sign in SIGNS:
        if best := _best(sign, site):
            weight = 0.8 + 0.2 * site.weight(best.page)
            if sign.pain:
                yield claim("pain_point", sign.pain, best.page, best.span, sign.confidence * weight, basis=sign.why)
            if sign.opportunity:
                yield claim("opportunity", sign.opportunity, best.page, best.span, (sign.confidence - 0.05) * weight, basis=sign.why)
    yield from _closed(site, found)
    yield from _questions(site)
    yield from _no_chat(site, found)


def _best(sign: Sign, site: Site) -> Sentence | None:
    fitting = [
        sentence
        for sentence in site.sentences
        if sentence.line.kind not in {"legal"}
        and 15 <= len(sentence.text) <= 400
        and sign.pattern.search(sentence.text)
        and not (sign.unless and sign.unless.search(sentence.text))
    ]
    fitting.sort(key=lambda s: (bool(s.line.level), s.text.endswith("?"), s.line.kind == "news", len(s.text) < 30))
    return fitting[0] if fitting else None


def _closed(site: Site, found: list[Claim]) -> Iterator[Claim]:
    hours = [c for c in found if c.field == "opening_hours" and not c.in_markup]
    if not hours or any(always_open(s.text) and not s.line.level for s in site.sentences if "chat" in s.text.casefold()):
        return
    best = max(hours, key=lambda c: c.confidence)
    page = next(page for page in site.pages if page.url == best.source_url)
    days = [day for day in closed_on(best.quote) if day in {"Saturday", "Sunday"}]
    when = f"in the evening and on {' and '.join(days)}" if days else "in the evening and at night"
    why = "The stated opening hours leave these times without anyone to answer."
    yield claim("pain_point", f"Nobody answers {when}.", page, (best.start, best.end), 0.55, basis=why)
    yield claim("opportunity", f"Answer visitors {when}, when the company is closed.", page, (best.start, best.end), 0.55, basis=why)


def _questions(site: Site) -> Iterator[Claim]:
    asked = [s for s in site.sentences if _QUESTION.match(s.text) and (s.line.level or s.line.kind == "questions")]
    if len(asked) >= 3:
        why = f"The site answers {len(asked)} questions in writing; the first is quoted."
        value = "Answer the written questions and answers of the site in conversation."
        yield claim("opportunity", value, asked[0].page, asked[0].span, 0.5, basis=why)


def _no_chat(site: Site, found: list[Claim]) -> Iterator[Claim]:
    """Silence about a chat says something only when the markup of several pages was read."""
    if tools_of_kind(found, "chat") or sum(page.markup is not None for page in site.pages) < 2:
        return
    contact = re.compile(r"\b(?:contact us|call us|e-?mail us|get in touch|ring us|write to us|contact form|phone us)\b", re.IGNORECASE)
    sentence = next((s for s in site.sentences if contact.search(s.text) and len(s.text) >= 20 and not s.line.level), None)
    if sentence and not re.search(r"\blive chat|chat with us\b", " ".join(page.text for page in site.pages), re.IGNORECASE):
        why = "The pages load no chat of a known vendor; the quoted words name the ways to get in touch."
        value = "Add a chat: today the site offers none, only the telephone, e-mail or a form."
        yield claim("opportunity", value, sentence.page, sentence.span, 0.5, basis=why)
