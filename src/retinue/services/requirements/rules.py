"""How requirements follow from facts without a model: what is stated is used, what is not is asked."""

import re

from retinue.services.requirements.draft import (
    Action,
    Channel,
    Datum,
    EscalationRule,
    Item,
    Language,
    Measure,
    OpenQuestion,
    ProfileClaims,
    RequirementsDraft,
    SourcedClaim,
    System,
    Tone,
    Topic,
)
from retinue.services.requirements.facts import Facts, ids, listed, sentence, without_quote

_HEALTH = r"dent|health|clinic|care|veterin|optic|hearing|medical"
_REGULATED = r"legal|law|financ|insur|bank|lend|account|wealth"
_URGENT = r"\burgen|emergenc|breakdown|same[- ]day"
_QUOTATION = r"quotation|\bquote\b|estimate"
_BOOKING = r"\bbook|appointment|reserv|visit|schedul"
_TRADE = r"business|compan|manufactur|office|quarr|haul|laborator|retail|contractor|farm|hotel|restaurant|landlord|school|trade|agenc"
_LANGUAGES = {"spanish": "es", "español": "es", "polish": "pl", "somali": "so", "french": "fr", "german": "de", "welsh": "cy", "italian": "it",
              "portuguese": "pt", "arabic": "ar", "turkish": "tr", "mandarin": "zh", "chinese": "zh", "hindi": "hi", "urdu": "ur",
              "ukrainian": "uk", "russian": "ru", "romanian": "ro", "vietnamese": "vi", "dutch": "nl", "english": "en"}  # fmt: skip
_LANGUAGE_NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian"}


def draft_by_rules(profile: ProfileClaims) -> RequirementsDraft:
    """Deterministic; every item's `source_claims` are ids of the claims given, empty only where it holds for any company."""
    facts = Facts(profile)
    return RequirementsDraft(
        company=profile.company,
        business_summary=_summary(facts),
        goals=_goals(facts),
        channels=_channels(facts),
        topics=_topics(facts),
        data_to_capture=_data(facts),
        escalation_rules=_escalation(facts),
        actions=_actions(facts),
        systems=[_system(claim) for claim in facts.of("tool_seen") if _is_system(claim)],
        tone=_tone(facts),
        languages=_languages(facts),
        out_of_scope=_out_of_scope(facts),
        success_measures=_measures(facts),
        predicted_volumes=[Item(text=sentence(claim.value), source_claims=[claim.id]) for claim in facts.of("predicted_volume")],
        open_questions=_questions(facts),
    )


def _summary(facts: Facts) -> Item:
    used: list[SourcedClaim] = []
    parts: list[str] = []
    if described := facts.first("description"):
        used.append(described)
        own = re.search(r"\b(?:we|our|us)\b", described.value, re.IGNORECASE) or facts.company.split()[0] not in described.value
        words = described.value.rstrip(".")
        parts.append(f"{facts.company} describes itself so: “{words}.”" if own else sentence(described.value))
    elif industry := facts.first("industry"):
        used.append(industry)
        parts.append(f"{facts.company} works in this field: {industry.value[0].lower()}{industry.value[1:]}.")
    else:
        parts.append(f"What {facts.company} does is not known yet.")
    if founded := facts.first("founded"):
        used.append(founded)
        parts.append(f"It dates from {founded.value}.")
    if size := facts.first("size"):
        used.append(size)
        parts.append(f"Its site counts {size.value}.")
    if customers := facts.of("customer_segment")[:3]:
        used += customers
        parts.append(f"Its customers, in its own words: {'; '.join(_lowered(claim.value) for claim in customers)}.")
    if offers := facts.of("product_or_service")[:8]:
        used += offers
        parts.append(f"It offers {listed([_lowered(claim.value) for claim in offers])}.")
    return Item(text=" ".join(parts), source_claims=ids(used))


def _lowered(text: str) -> str:
    """A lower first letter, unless the word is a name or an abbreviation."""
    first = text.split()[0] if text.split() else ""
    return text if sum(letter.isupper() for letter in first) > 1 else f"{text[:1].lower()}{text[1:]}"


def _goals(facts: Facts) -> list[Item]:
    """Opportunities, one goal for those that say the same."""
    goals: dict[str, list[SourcedClaim]] = {}
    for claim in facts.of("opportunity"):
        goals.setdefault(without_quote(claim.value), []).append(claim)
    return [Item(text=sentence(text), source_claims=ids(claims)) for text, claims in goals.items()]


def _channels(facts: Facts) -> list[Channel]:
    channels = [Channel(channel="website_chat", text="Chat on the company's website.")]
    if chat := facts.saying(r"\(chat\)", "tool_seen"):
        seen = listed([claim.value.split(" (")[0] for claim in chat])
        channels[0] = Channel(
            channel="website_chat", text=f"Chat on the company's website, where {seen} is in place today.", source_claims=ids(chat)
        )
    social = facts.of("social_profile")
    for name, channel in (("WhatsApp", "whatsapp"), ("Instagram", "instagram"), ("Facebook", "facebook")):
        if found := [claim for claim in social if claim.value.startswith(name)]:
            text = f"{name}, where the company has a profile; whether customers write there is to be confirmed."
            channels.append(Channel.model_validate({"channel": channel, "text": text, "source_claims": ids(found)}))
    return channels


_TOPICS: tuple[tuple[str, str, str], ...] = (
    ("Products and services", "product_or_service", "What the company offers: {}."),
    ("Prices", "price", "What things cost; {} prices are stated on its pages."),
    ("Opening hours", "opening_hours", "When the company is open."),
    ("Places", "location", "Where the company is and how to get there: {}."),
    ("Ways to get in touch", "phone,email", "How to reach a person."),
    ("Qualifications", "certification", "What the company is certified or licensed for: {}."),
    ("Who it works for", "customer_segment", "Whom the company serves: {}."),
)


def _topics(facts: Facts) -> list[Topic]:
    topics = []
    for name, fields, text in _TOPICS:
        claims = facts.of(*fields.split(","))
        if not claims:
            continue
        names = str(len(claims)) if fields == "price" else listed([_lowered(claim.value) for claim in claims], 6)
        if fields in {"location", "certification", "customer_segment"}:
            names = "; ".join(claim.value for claim in claims[:6])
        topics.append(Topic(name=name, text=text.format(names), evidence=_evidence(claims), source_claims=ids(claims)))
    for name, pattern, text in (
        ("Waiting times", r"waiting|wait for their turn|lead time", "How long customers wait for their turn."),
        (
            "Cancelling and changing",
            r"missed appointment|late changes|cancel",
            "What happens when a customer cancels, changes or misses a booking.",
        ),
        ("Quotations", _QUOTATION, "How to get a quotation and what it needs."),
        ("Urgent cases", _URGENT, "What to do in an urgent case."),
    ):
        if claims := facts.saying(pattern, "pain_point", *(["product_or_service"] if pattern == _URGENT else [])):
            topics.append(Topic(name=name, text=text, evidence=_evidence(claims), source_claims=ids(claims)))
    return topics


def _evidence(claims: list[SourcedClaim]) -> list[str]:
    return list(dict.fromkeys(claim.quote for claim in claims if claim.quote))[:3]


def _data(facts: Facts) -> list[Datum]:
    data = [
        Datum(field="name", text="The customer's name, to address the person and to pass the enquiry on.", required=True),
        Datum(field="email", text="An e-mail address, to send what was asked for.", source_claims=ids(facts.of("email")[:1])),
        Datum(field="phone", text="A telephone number, so that a person can call back.", source_claims=ids(facts.of("phone")[:1])),
    ]
    if offers := facts.of("product_or_service"):
        data.append(
            Datum(field="service_of_interest", text="Which product or service the enquiry is about.", source_claims=ids(offers[:8]))
        )
    if trade := facts.saying(_TRADE, "customer_segment"):
        data.append(
            Datum(field="company_name", text="The customer's company, since the company serves businesses.", source_claims=ids(trade))
        )
    if len(places := facts.of("location")) > 1:
        data.append(Datum(field="preferred_location", text="Which of the company's places the customer means.", source_claims=ids(places)))
    if bookings := facts.saying(_BOOKING, "pain_point", "opportunity"):
        data.append(Datum(field="preferred_time", text="When a visit or appointment would suit.", source_claims=ids(bookings)))
    if quotations := facts.saying(_QUOTATION, "pain_point", "opportunity"):
        data.append(Datum(field="request_details", text="What a quotation needs to know about the job.", source_claims=ids(quotations)))
    return data


def _escalation(facts: Facts) -> list[EscalationRule]:
    reach = ids(facts.of("phone", "email")[:2])
    rules = [
        EscalationRule(
            condition="user_requests_human", action="immediate_handoff", text="The customer asks for a person.", source_claims=reach
        ),
        EscalationRule(condition="customer_complains", action="immediate_handoff", text="The customer complains or is upset."),
        EscalationRule(condition="ai_confidence < 0.5", action="suggest_handoff", text="The agent has no answer that its sources support."),
    ]
    if urgent := facts.saying(_URGENT, "pain_point", "opportunity", "product_or_service"):
        text = "The customer describes an urgent case."
        rules.insert(0, EscalationRule(condition="urgent_case", action="immediate_handoff", text=text, source_claims=ids(urgent)))
    return rules


def _actions(facts: Facts) -> list[Action]:
    actions = []
    if booking := facts.saying(r"\(booking\)", "tool_seen"):
        system = booking[0].value.split(" (")[0]
        text = f"Find a free time and book it in {system}."
        actions.append(Action(name="book_appointment", text=text, system=system, source_claims=ids(booking)))
    if status := facts.saying(r"how far their order|status question", "pain_point", "opportunity"):
        text = "Look up how far an order or a job is, in the company's own system."
        actions.append(Action(name="fetch_order_status", text=text, source_claims=ids(status)))
    return actions


def _is_system(claim: SourcedClaim) -> bool:
    return bool(re.search(r"\((?:chat|booking|crm|payment|support|phone|mail|form)\)$", claim.value))


def _system(claim: SourcedClaim) -> System:
    name, _, kind = claim.value.rstrip(")").rpartition(" (")
    return System(name=name, kind=kind, text=f"{name} is in use on the site ({kind}).", source_claims=[claim.id])


def _tone(facts: Facts) -> Tone:
    industry = facts.first("industry")
    if industry and re.search(_HEALTH, industry.value, re.IGNORECASE):
        text = "Warm and careful, since people write about their health or that of someone they care for; to be confirmed."
        return Tone(value="empathetic_professional", text=text, source_claims=[industry.id])
    if industry and re.search(_REGULATED, industry.value, re.IGNORECASE):
        text = "Precise and formal, since the field is regulated; to be confirmed."
        return Tone(value="formal_professional", text=text, source_claims=[industry.id])
    return Tone(value="friendly_professional", text="Friendly and to the point; to be confirmed.")


def _languages(facts: Facts) -> list[Language]:
    languages = []
    if tag := facts.language():
        source = [claim.id for claim in facts.of("description")[:1]]
        languages.append(Language(tag=tag, text=f"The site is written in {_LANGUAGE_NAMES[tag]}.", source_claims=source))
    for claim in facts.saying(r"\bspeaks?\b|hablamos|language", "opportunity"):
        for name, tag in _LANGUAGES.items():
            if re.search(rf"\b{name}\b", claim.quote, re.IGNORECASE) and tag not in {language.tag for language in languages}:
                text = (
                    f"The site says that {name.capitalize()} is spoken." if name != "español" else "The site says that Spanish is spoken."
                )
                languages.append(Language(tag=tag, text=text, source_claims=[claim.id]))
    return languages


def _out_of_scope(facts: Facts) -> list[Item]:
    items = [
        Item(text="Promises about price, date or liability that the company's pages do not make."),
        Item(text="Anything about other customers, their orders or their data."),
    ]
    industry = facts.first("industry")
    if industry and re.search(_HEALTH, industry.value, re.IGNORECASE):
        items.append(Item(text="Diagnosis, and advice on treatment or medicine.", source_claims=[industry.id]))
    if industry and re.search(_REGULATED, industry.value, re.IGNORECASE):
        items.append(Item(text="Legal, tax or financial advice on a customer's own case.", source_claims=[industry.id]))
    return items


def _measures(facts: Facts) -> list[Measure]:
    measures = [
        Measure(name="answered_without_a_person", text="The share of conversations that end with a sourced answer and without a person."),
        Measure(name="first_answer_seconds", text="The time until the first answer."),
        Measure(name="complete_enquiries", text="The enquiries passed on with everything that was to be collected."),
    ]
    if hours := facts.of("opening_hours"):
        text = "The enquiries answered outside opening hours."
        measures.append(Measure(name="answered_out_of_hours", text=text, source_claims=ids(hours)))
    if missed := facts.saying(r"missed appointment", "pain_point"):
        measures.append(Measure(name="missed_appointments", text="The appointments missed in a month.", source_claims=ids(missed)))
    return measures


def _questions(facts: Facts) -> list[OpenQuestion]:
    asked = [
        OpenQuestion(about="escalation", text="Who takes over when the agent hands over, and at which hours?"),
        OpenQuestion(about="success_measures", text="Which result after three months would make this a success?"),
        OpenQuestion(about="out_of_scope", text="Is there anything that the agent must never speak about?"),
    ]
    if hours := facts.of("opening_hours"):
        values = sorted({claim.value for claim in hours})
        if len(values) > 1:
            asked.append(
                OpenQuestion(
                    about="opening_hours", text="Are the opening hours found still right, and whose are they?", source_claims=ids(hours)
                )
            )
    else:
        asked.append(OpenQuestion(about="opening_hours", text="When are you open, and who answers outside these hours?"))
    if volumes := facts.of("predicted_volume"):
        estimate = _lowered(without_quote(volumes[0].value)).rstrip(".")
        text = f"Our estimate is {estimate}. Is that right, and how much of it comes by e-mail and chat?"
        asked.append(OpenQuestion(about="predicted_volume", text=text, source_claims=ids(volumes)))
    else:
        asked.append(OpenQuestion(about="predicted_volume", text="How many calls, e-mails and messages reach you in a usual month?"))
    for field, text in (
        ("product_or_service", "Which products and services should the agent know?"),
        ("price", "May the agent name prices, and where does it find them?"),
        ("customer_segment", "Who are your customers?"),
        ("pain_point", "Which questions take most of your team's time?"),
        ("phone", "Which telephone number may the agent give out?"),
        ("email", "To which e-mail address should enquiries go?"),
    ):
        if not facts.of(field):
            asked.append(OpenQuestion(about=field, text=text))
    for claim in facts.saying(r"\((?:booking|crm|support)\)", "tool_seen"):
        name, _, kind = claim.value.rstrip(")").rpartition(" (")
        asked.append(OpenQuestion(about="systems", text=f"May the agent read and write in {name} ({kind})?", source_claims=[claim.id]))
    if not facts.language():
        asked.append(OpenQuestion(about="languages", text="In which languages do your customers write?"))
    return asked
