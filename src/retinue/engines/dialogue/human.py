"""Whether a message asks, now, for a person instead of the agent."""

import re

from pydantic import BaseModel

PEOPLE = (
    r"(?:human(?: being)?s?|persons?|people|someone|somebody|anyone|anybody|agents?|representatives?|reps?|operators?|advis[eo]rs?"
    r"|consultants?|colleagues?|co-?workers?"
    r"|employees?|staff|crew|team(?: member)?s?|managers?|bosse?s?|supervisors?|directors?|owners?|engineers?|technicians?"
    r"|specialists?|experts?|assistants?|receptionists?"
    r"|doctors?|dentists?|nurses?|hygienists?|lawyers?|guys?|folks?|man|woman|lady|gentleman|reception|front desk|help ?desk"
    r"|service desk|sales(?:people|person|man|woman)?"
    r"|support|customer (?:service|support|care)|(?:the )?(?:billing|accounts|sales|service|support|technical|finance|legal"
    r"|complaints?) ?(?:department|dept|team|desk|office|people)?"
    r"|whoever(?: is|'s) in charge|mensch(?:en)?|mitarbeiter(?:in)?|jemand(?:em|en)?|kollegen?|berater(?:in)?|quelqu'un|humain|une"
    r" personne|un conseiller|alguien|una persona|un humano|un agente|agente)"
)
ARTICLE = r"(?:an?|the|some|any|your|my|one of (?:your|the)|another|a member of(?: the| your)?|with|from|to|of)"
QUALITY = (
    r"(?:real|live|actual|proper|human|living|flesh-and-blood|friendly|senior|nice|other|different|technical|local|responsible|competent)"
)
WHO = rf"(?:(?:{ARTICLE}|{QUALITY})\s+)*{PEOPLE}\b"
ME = r"(?:me|us)"

REQUESTS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"\b(?:talk|speak|chat|deal|complain|discuss (?:it|this)|connect(?: me| us)?|write|get in touch|get through|conversation"
        rf"|word)\s+(?:directly\s+)?(?:to|with)\s+{WHO}(?! resources)",
        r"\b(?:talk|speak|chat)\s+(?:directly\s+)?(?:to|with)\s+(?:the|your|an?)\s+\w+\s+(?:herself|himself|themsel(?:f|ves)|in person|directly)\b",
        r"\b(?:i|we|me|us|can|could|may)\b[^.?!]{0,30}\b(?:talk|speak)\s+(?:to|with)\s+(?:you (?:guys|people)|mr|mrs|ms|dr)\b",
        r"\bwho(?:m)? (?:can|could|do|should|may) (?:i|we) (?:talk|speak) (?:to|with)\b",
        r"\b(?:don't|do not|won't|refuse to) (?:want to |wanna )?(?:talk|speak|chat) (?:to|with) (?:an?|this|the) (?:\w+"
        r" )?(?:ro)?(?:bot|machine|chat ?bot|computer|ai)\b",
        r"\bput\s+(?:me|us)\s+(?:through|in touch|in contact)\b",
        rf"\b(?:transfer|hand|pass|forward|redirect|escalate|connect|refer|switch)\s+(?:(?:me|us)\s+(?:over\s+|on\s+|up\s+|through\s+)?(?:to\b|{WHO})"
        rf"|(?:this|it)\s+(?:over\s+|on\s+|up\s+)?to\s+{WHO})",
        rf"\b(?:get|give|send|fetch|find)\s+{ME}\s+{WHO}",
        rf"\b(?:get|have|ask|tell|let)\s+{WHO}[^.?!]{{0,40}}\b(?:to\s+)?(?:call|phone|ring|contact|write to|email|text|get back to"
        rf"|talk to|speak to|speak with|help|look at this)\b",
        rf"\b(?:is|are)\s+there\s+{WHO}[^.?!]{{0,40}}\b(?:i|we)\s+(?:can|could|may|might)?\s*(?:talk|speak|phone|call|ring|chat|contact|reach|write|ask)\b",
        rf"\b(?:can|could|would|will|may|might)\s+{WHO}[^.?!]{{0,40}}\b(?:(?:talk|call|phone|ring|contact|email|text|write to|help"
        rf"|assist|join|answer|advise)\s+{ME}\b|talk {ME} through"
        rf"|speak (?:to|with) {ME}|get (?:back|in touch)|(?:look at|take over|deal with|handle|sort|check|read|review) (?:this|it\b(?! for)))",
        r"\b(?:call|ring|phone)\s+(?:me|us)\s+(?:back|up|please|tomorrow|today|later|asap|now|on|at|when|in the)\b|\b(?:please|can"
        r" you|could you)\s+(?:call|ring|phone)\s+(?:me|us)\b",
        r"\b(?:want|need|like|request|arrange|book|get|have)\s+(?:a|my)\s+(?:call[- ]?back|phone call|live chat)\b"
        r"|\bcall[- ]?back,? please\b|\blive chat with\b",
        rf"\b(?:i|we)(?:'d| would| do)?\s+(?:really\s+|just\s+)?(?:want|need|like|prefer|demand|insist on)\s+(?:to have\s+)?(?:an?"
        rf"|the|some|another)?\s*{QUALITY}?\s*"
        r"(?:human(?: being)?|real person|person|somebody|someone|agent|representative|operator|adviser|advisor|supervisor"
        r"|manager)\b(?!s?\s+(?:who|that|which|to (?!talk|speak|help|look|call)|for|in|at|on site|manual|error|price|cost))",
        r"\b(?:enough|sick|tired|fed up|done)\s+(?:of|with)\s+(?:this|the|your|talking to an?|these|you,?)?\s*(?:stupid |useless"
        r" )?(?:ro)?(?:bot|machine|chat ?bot|ai|computer|automat\w+)s?\b",
        r"\b(?:no more|stop (?:the|with the|these))\s+(?:\w+\s+){0,2}(?:bot|robot|automat\w+|machine)s?\b",
        r"\b(?:not|instead of|rather than)\s+(?:to\s+)?(?:an?|this|the|with an?)?\s*(?:ro)?(?:bot|machine|chat ?bot|computer|ai)\b(?=[^?]*$)",
        r"\b(?:a|real|live|actual) (?:human|person)(?: being)?,? (?:please|now)\b|(?:^|[.!?]\s*)(?:an? )?(?:real |live |actual"
        r" )?(?:human|person)(?: being)?[.!]*\s*(?:now|please)?[.!]*$",
        r"\bmit\s+(?:einem|einer|jemandem)\s*(?:echten?\s+|richtigen?\s+)?(?:menschen|person|mitarbeiter(?:in)?|kollegen"
        r"|berater(?:in)?)?\s*(?:sprechen|reden|chatten)\b|\brufen sie mich\b|\brückruf\b",
        r"\bparler\s+(?:à|avec)\s+(?:quelqu'un|un(?:e)?\s+(?:humain|personne|conseiller|conseillère|collègue))|\brappelez[- ]moi\b",
        r"\bhablar\s+con\s+(?:alguien|un(?:a)?\s+(?:persona|humano|agente|asesor|asesora))|\bll[áa]m(?:e|a)(?:n)?me\b",
    )
)
BARE = re.compile(
    r"\W*(?:(?:an?|the|to|real|live|human|speak|talk|get|me|customer)\s+)*(?:human|agent|operator|representative|rep|real person"
    r"|person|human being|customer service|call ?back|escalate|supervisor|manager)"
    r"(?:\s+(?:please|pls|now|asap))*\W*",
    re.I,
)
DECLINED = re.compile(
    r"\b(?:don'?t|do not|didn'?t|no|not|never|without)\b[^.?!,;]{0,25}\b(?:need|want|have|wish|like|talk|speak|call|talking|speaking|calling)\b"
    r"|\bbefore (?:i|we) (?:talk|speak|call)\b|\b(?:i|we)(?:'ve| have)?\s+(?:already\s+)?(?:spoke|spoken|talked|called|rang"
    r"|phoned)\b|\bhow (?:do|can|would) (?:i|you)\s+(?:become|hire|train|add)\b",
    re.I,
)
INSTRUCTION = re.compile(
    r"^\W*(?:how|what|which|why|when|where|whose?|whom)\b(?!.*\b(?:can|could|do|may|should) (?:i|we) (?:talk|speak|get through|reach)\b)",
    re.I,
)


class Said(BaseModel):
    text: str


class Wish(BaseModel):
    wants_human: bool


def wants_human(said: Said) -> Wish:
    text = " ".join(said.text[:8000].replace("’", "'").split())
    if BARE.fullmatch(text):
        return Wish(wants_human=True)
    return Wish(wants_human=any(_asks(clause) for clause in re.split(r"(?<=[.!?;])\s+", text)) or _asks_as_a_whole(text))


def _asks(clause: str) -> bool:
    if INSTRUCTION.search(clause) or (DECLINED.search(clause) and not re.search(r"\b(?:bot|robot|machine|automat\w+)\b", clause, re.I)):
        return False
    return any(pattern.search(clause) for pattern in REQUESTS)


def _asks_as_a_whole(text: str) -> bool:
    """Short cries in pieces: "No bots. A person. Now." """
    return len(text) <= 60 and bool(
        re.search(r"(?:^|[.!?]\s)(?:an? )?(?:real |live )?(?:human|person)\b\W*(?:now|please)?\W*$", text, re.I)
    )
