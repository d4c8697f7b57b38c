"""What the agent does and says without a model: by rules, in extracts, and honest when it does not know."""

import re
from typing import Any
from uuid import uuid4

from retinue.engines.contacts.capture import Captured, Message, capture
from retinue.engines.dialogue.followup import WORD, content, leans, resolve
from retinue.engines.dialogue.human import Said as Request
from retinue.engines.dialogue.human import wants_human
from retinue.engines.dialogue.phrases import in_full, phrase, small_talk, without_opener
from retinue.engines.dialogue.state import Brief, Call, Context, Found, Grounded, State
from retinue.engines.dialogue.tools import CAPTURE, HAND_OVER, SEARCH
from retinue.engines.dialogue.triggers import UPSET, of_message

QUESTIONS = 3  # in one message at most
CITED, NEAREST = 3, 2
SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|$)|\n|$)", re.S)
INTERROGATIVE = re.compile(
    r"^\W*(?:(?:and|but|also|so|ok|okay|please)\W+)*(?:how|what|when|where|who|which|why|whose|is|are|was|were|do|does|did|can|could|will|would|should|may|might|has|have"
    r"|tell me|i(?:'d| would) like to know|i(?:'m| am)? wonder(?:ing)?|i want to know|i need to know|wie|was|wann|wo|wer|warum"
    r"|welche|gibt|haben|kann|können|est-ce|quand|où|combien|qué|cuándo|dónde|cuánto)\b",
    re.I,
)
REQUEST = re.compile(
    r"^\W*(?:please |can you |could you |will you |would you )*(?:send|email|book|cancel|order|change|update|arrange|schedule"
    r"|reserve|refund|register|sign|add|remove|deliver|ship|prepare)\b"
    r" (?:me|us|my|our|a|an|the|it|this|that|for)\b|^\W*(?:i|we)(?:'d| would)? (?:like|want|need|wish) (?:to (?:book|order|buy"
    r"|cancel|return|change|schedule|make|place|arrange|reserve|get)|an? (?:quote|quotation|appointment|offer|estimate|demo|refund"
    r"|visit))\b",
    re.I,
)
SURE_OF_FOLLOW_UP = 0.6  # a question that was put together is answered only with more evidence
SURE_OF_REQUEST = 0.8
NEAR = 0.08  # evidence below which even the nearest passage has nothing to do with the question


def plan(text: str, state: State, context: Context) -> list[Call]:
    """The calls that this message asks for; none when a phrase answers it."""
    brief, calls = context.brief, []
    captured = noticed(text, brief)
    details = captured.model_dump(exclude_none=True, include=set(brief.collects))
    if details:
        calls.append(_call(CAPTURE, **details))
    said = small_talk(text)
    reason = called_for(text, state, context)
    if reason and brief.handover:
        return [*calls, _call(HAND_OVER, reason=reason)]
    if said is None and brief.searches and context.allowed(text):
        calls += [_call(SEARCH, query=question) for question in questions(text, captured, state.get("topic", ""))]
    return calls


def called_for(text: str, state: State, context: Context) -> str:
    """Why a person is to be asked at once, or nothing. What the configuration says of a condition goes before what is done without it."""
    triggers = context.brief.triggers
    fired = of_message(text, triggers)
    if fired and fired[1] == "at_once":
        return fired[0]
    named = {trigger.condition for trigger in triggers}
    if not fired and "user_requests_human" not in named and wants_human(Request(text=text)).wants_human:
        return "user_requests_human"
    if context.escalates(text):
        return "policy"
    if not fired and UPSET.search(text) and "?" not in text:
        return "upset"
    return "offer_accepted" if small_talk(text) == "yes" and state.get("offered") == "person" else ""


def noticed(text: str, brief: Brief) -> Captured:
    return capture(Message(text=text, own_domains=list(brief.own_domains), regions=list(brief.regions)))


def questions(text: str, captured: Captured, topic: str) -> list[str]:
    """What the message asks, each question in full."""
    text = in_full(without_opener(text))
    sentences = [m.group().strip() for m in SENTENCE.finditer(text) if m.group().strip()]
    if captured:
        said = [part.lower() for part in (captured.name, captured.email, captured.phone) if part]
        sentences = [s for s in sentences if not any(part in s.lower() for part in said) or (s.endswith("?") and len(content(s)) >= 4)]
        sentences = [s for s in sentences if s.endswith("?") or INTERROGATIVE.search(s)]
    asked = [s for s in sentences if s.endswith("?") or (INTERROGATIVE.search(s) and len(WORD.findall(s)) >= 3)]
    if not asked:
        whole = " ".join(sentences)
        full = resolve(whole[:2000], topic)
        return [full] if content(full) else []
    found: list[str] = []
    for sentence in asked:
        place = sentences.index(sentence)
        before = found[-1] if found else (sentences[place - 1] if place else "")
        full = resolve(sentence[:2000], before if content(before) else topic)
        if full not in found and content(full):
            found.append(full)
    return found[:QUESTIONS]


async def answer(text: str, state: State, context: Context, done: list[Call]) -> dict[str, Any]:
    """The reply to a message after its calls."""
    reply: dict[str, Any] = {
        "citations": [],
        "grounded": True,
        "confidence": 1.0,
        "answered_by": "rules",
        "actions": [],
        "offered": "",
        "topic": "",
    }
    parts: list[str] = []
    captured: dict[str, str] = {}
    requested = False
    for call in done:
        output = call["output"]
        if "captured" in output:
            captured = output["captured"]
            reply["actions"].append({"type": "contact_captured", **captured})
            parts.append(_noted(captured, context.brief))
        elif "requested" in output:
            requested = True
            reply["actions"].append({"type": "handover_requested", "reason": output["reason"]})
            opening = {"upset": "sorry", "customer_complains": "sorry", "sentiment_score": "sorry", "policy": "for_a_person"}.get(
                output["reason"]
            )
            said = handed_over(context, captured, reply)
            parts.append(f"{phrase(context.brief.language, opening)} {said}" if opening else said)
    searches = [call for call in done if "passages" in call["output"]]
    if searches:
        await _grounded(text, state, searches, context, reply, parts)
    elif not requested and (said := _phrase_for(text, context, captured)):
        reply["grounded"] = small_talk(text) is not None or not context.allowed(text)
        parts.append(said)
    if state.get("offered") == "contact" and not requested and (captured.get("email") or captured.get("phone")):
        parts.append(phrase(context.brief.language, "callback_noted"))
    reply["content"] = "\n\n".join(part for part in parts if part)
    return reply


def handed_over(context: Context, captured: dict[str, str], reply: dict[str, Any]) -> str:
    language = context.brief.language
    if context.present:
        return phrase(language, "handed_over")
    if context.reachable or captured.get("email") or captured.get("phone"):
        return phrase(language, "callback_known")
    if context.brief.unavailable == "take_message":
        return phrase(language, "take_message", company=context.brief.company or phrase(language, "company"))
    reply["offered"] = "contact"
    return phrase(language, "callback")


async def _grounded(text: str, state: State, searches: list[Call], context: Context, reply: dict[str, Any], parts: list[str]) -> None:
    """Extracts with their quotes for what is known; for the rest the nearest passages and a person."""
    unknown: list[tuple[list[Found], Grounded]] = []
    confidence = []
    request = bool(REQUEST.search(text))
    before = next((said["content"] for said in reversed(state["messages"]) if said["role"] == "assistant"), "")
    needed = SURE_OF_REQUEST if request else SURE_OF_FOLLOW_UP if leans(text) else 0.0
    for call in searches:
        passages = [context.found[number - 1] for number in call["output"]["passages"]]
        with context.step("supported") as step:
            ground = await context.knowledge.ground(call["output"]["query"], passages)
            step |= {"question": call["output"]["query"], "grounded": ground.grounded, "confidence": ground.confidence}
            step["quotes"] = [citation(passages[passage], start, end) for passage, start, end in ground.quotes[:CITED]]
        context.spent.append(ground.cost_usd)
        reply["topic"] = call["output"]["query"]
        confidence.append(ground.confidence)
        if ground.answered_by == "model":
            reply["answered_by"] = "model"
        again = leans(text) and ground.answer in before  # the same once more is no answer to another question
        if ground.grounded and ground.confidence >= needed and not again:
            parts.append(ground.answer)
            _cite(reply, passages, ground, CITED)
        else:
            unknown.append((passages, ground))
    reply["confidence"] = min(confidence)
    if unknown:
        parts.append(_not_known(text, unknown, request, len(unknown) == len(searches), context.brief, reply))


def _not_known(
    text: str, unknown: list[tuple[list[Found], Grounded]], request: bool, wholly: bool, brief: Brief, reply: dict[str, Any]
) -> str:
    """What is said for questions without an answer; `wholly` when the message has none at all."""
    company = brief.company or phrase(brief.language, "company")
    key = "partly"
    if wholly:
        reply["grounded"] = False
        if (
            reply["confidence"] < NEAR
            and not text.rstrip().endswith("?")
            and not INTERROGATIVE.search(text)
            and len(WORD.findall(text)) <= 2
        ):
            reply["topic"] = ""
            return phrase(brief.language, "unclear")
        for passages, ground in unknown:
            if ground.confidence >= NEAR:
                _cite(reply, passages, ground, NEAREST)
        key = "cannot" if request else "nearest" if reply["citations"] else "unknown"
    said = phrase(brief.language, key, company=company)
    if not brief.handover:
        return said
    reply["offered"] = "person"
    reply["actions"].append({"type": "person_offered"})
    return f"{said} {phrase(brief.language, 'offer')}"


def _cite(reply: dict[str, Any], passages: list[Found], ground: Grounded, most: int) -> None:
    for passage, start, end in ground.quotes[:most]:
        cited = citation(passages[passage], start, end)
        if cited not in reply["citations"]:
            reply["citations"].append(cited)


def citation(found: Found, start: int, end: int) -> dict[str, Any]:
    """`start` and `end` come as places in the passage and go as places in the document."""
    return {
        "document_id": found.document_id,
        "title": found.title,
        "url": found.url,
        "quote": found.text[start:end],
        "start": found.start + start,
        "end": found.start + end,
    }


def _phrase_for(text: str, context: Context, captured: dict[str, str]) -> str:
    """What answers a message that asks for nothing to be looked up."""
    brief = context.brief
    if captured:
        return ""
    company = brief.company or phrase(brief.language, "company")
    kind = small_talk(text)
    if kind is None and noticed(text, brief):
        kind = "yes"  # details that this agent does not collect
    if kind is None and context.allowed(text) and not brief.searches:
        return phrase(brief.language, "unknown", company=company)
    if kind is None:
        return phrase(brief.language, "unclear" if context.allowed(text) else "blocked", company=company)
    key = {"yes": "agreed", "no": "declined"}.get(kind, kind)
    return phrase(brief.language, key, company=company)


def _noted(captured: dict[str, str], brief: Brief) -> str:
    what = [phrase(brief.language, key) for key in ("email", "phone") if key in captured]
    listed = f" {phrase(brief.language, 'and')} ".join(what)
    name = captured.get("name", "")
    if name and not what:
        return phrase(brief.language, "noted_name", name=name)
    return phrase(brief.language, "noted" if name else "noted_nameless", name=name, what=listed)


def _call(tool: str, /, **arguments: Any) -> Call:
    return {"id": uuid4().hex[:12], "name": tool, "arguments": arguments}
