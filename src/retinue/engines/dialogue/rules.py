"""What the agent does and says without a model: by rules, in extracts, and honest when it does not know."""

import re
from typing import Any
from uuid import uuid4

from retinue.engines.contacts.capture import Captured, Message, capture
from retinue.engines.dialogue.followup import WORD, content, resolve
from retinue.engines.dialogue.human import Said as Request
from retinue.engines.dialogue.human import wants_human
from retinue.engines.dialogue.phrases import phrase, small_talk, without_opener
from retinue.engines.dialogue.state import Brief, Call, Context, Found, Grounded, State
from retinue.engines.dialogue.tools import CAPTURE, HAND_OVER, SEARCH

QUESTIONS = 3  # in one message at most
CITED, NEAREST = 3, 2
SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|$)|\n|$)", re.S)
INTERROGATIVE = re.compile(
    r"^\W*(?:(?:and|but|also|so|ok|okay|please)\W+)*(?:how|what|when|where|who|which|why|whose|is|are|was|were|do|does|did|can|could|will|would|should|may|might|has|have"
    r"|tell me|i(?:'d| would) like to know|i(?:'m| am)? wonder(?:ing)?|i want to know|i need to know|wie|was|wann|wo|wer|warum|welche|gibt|haben|kann|können|est-ce|quand|où|combien|qué|cuándo|dónde|cuánto)\b",
    re.I,
)


def plan(text: str, state: State, context: Context) -> list[Call]:
    """The calls that this message asks for; none when a phrase answers it."""
    brief, calls = context.brief, []
    captured = capture(Message(text=text, own_domains=list(brief.own_domains), regions=list(brief.regions))) if brief.collects else Captured()
    details = captured.model_dump(exclude_none=True, include=set(brief.collects))
    if details:
        calls.append(_call(CAPTURE, **details))
    said = small_talk(text)
    reason = ""
    if wants_human(Request(text=text)).wants_human:
        reason = "user_requests_human"
    elif context.escalates(text):
        reason = "policy"
    elif said == "yes" and state.get("offered") == "person":
        reason = "offer_accepted"
    if reason and brief.handover:
        return [*calls, _call(HAND_OVER, reason=reason)]
    if said is None and context.allowed(text):
        calls += [_call(SEARCH, query=question) for question in questions(text, captured, state.get("topic", ""))]
    return calls


def questions(text: str, captured: Captured, topic: str) -> list[str]:
    """What the message asks, each question in full."""
    sentences = [m.group().strip() for m in SENTENCE.finditer(without_opener(text)) if m.group().strip()]
    if captured:
        said = [part.lower() for part in (captured.name, captured.email, captured.phone) if part]
        sentences = [s for s in sentences if not any(part in s.lower() for part in said) or (s.endswith("?") and len(content(s)) >= 4)]
        sentences = [s for s in sentences if s.endswith("?") or INTERROGATIVE.search(s)]
    asked = [s for s in sentences if s.endswith("?") or (INTERROGATIVE.search(s) and len(WORD.findall(s)) >= 3)]
    if not asked:
        whole = " ".join(sentences)
        return [resolve(whole[:2000], topic)] if WORD.search(whole) else []
    found: list[str] = []
    for sentence in asked:
        place = sentences.index(sentence)
        before = found[-1] if found else (sentences[place - 1] if place else "")
        full = resolve(sentence[:2000], before if content(before) else topic)
        if full not in found:
            found.append(full)
    return found[:QUESTIONS]


async def answer(text: str, state: State, context: Context, done: list[Call]) -> dict[str, Any]:
    """The reply to a message after its calls."""
    reply: dict[str, Any] = {"citations": [], "grounded": True, "confidence": 1.0, "answered_by": "rules", "actions": [], "offered": "", "topic": ""}
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
            parts.append(handed_over(context, captured, reply))
    searches = [call for call in done if "passages" in call["output"]]
    if searches:
        await _grounded(searches, context, reply, parts)
    elif not requested and (said := _phrase_for(text, state, context, captured)):
        parts.append(said)
    if state.get("offered") == "contact" and not requested and (captured.get("email") or captured.get("phone")):
        parts.append(phrase(context.brief.language, "callback_known"))
    reply["content"] = "\n\n".join(part for part in parts if part)
    return reply


def handed_over(context: Context, captured: dict[str, str], reply: dict[str, Any]) -> str:
    language = context.brief.language
    if context.present:
        return phrase(language, "handed_over")
    if context.reachable or captured.get("email") or captured.get("phone"):
        return phrase(language, "callback_known")
    if not context.brief.callback:
        return phrase(language, "handed_over")
    reply["offered"] = "contact"
    return phrase(language, "callback")


async def _grounded(searches: list[Call], context: Context, reply: dict[str, Any], parts: list[str]) -> None:
    """Extracts with their quotes for what is known; for the rest the nearest passages and a person."""
    unknown: list[tuple[list[Found], Grounded]] = []
    confidence = []
    for call in searches:
        passages = [context.found[number - 1] for number in call["output"]["passages"]]
        ground = await context.knowledge.ground(call["output"]["query"], passages)
        context.spent.append(ground.cost_usd)
        reply["topic"] = call["output"]["query"]
        confidence.append(ground.confidence)
        if ground.answered_by == "model":
            reply["answered_by"] = "model"
        if ground.grounded:
            parts.append(ground.answer)
            _cite(reply, passages, ground, CITED)
        else:
            unknown.append((passages, ground))
    reply["confidence"] = min(confidence)
    if not unknown:
        return
    brief = context.brief
    company = brief.company or phrase(brief.language, "company")
    if len(unknown) == len(searches):
        reply["grounded"] = False
        near = [(p, g) for p, g in unknown if g.quotes]
        for passages, ground in near:
            _cite(reply, passages, ground, NEAREST)
        parts.append(phrase(brief.language, "nearest" if reply["citations"] else "unknown", company=company))
    else:
        parts.append(phrase(brief.language, "unknown", company=company))
    if brief.handover:
        reply["offered"] = "person"
        parts[-1] += " " + phrase(brief.language, "offer")
        reply["actions"].append({"type": "person_offered"})


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


def _phrase_for(text: str, state: State, context: Context, captured: dict[str, str]) -> str:
    """What answers a message that asks for nothing to be looked up."""
    brief = context.brief
    if captured:
        return ""
    company = brief.company or phrase(brief.language, "company")
    kind = small_talk(text)
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
