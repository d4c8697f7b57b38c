"""When a configured trigger calls for a person, and whether they are called at once or offered."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Literal

from retinue.engines.dialogue.human import Said, wants_human

UPSET = re.compile(
    r"\b(?:unhappy|angry|furious|disgust\w+|terrible|awful|unacceptable|ridiculous|useless|appalling|disappoint\w+|fed up"
    r"|outrag\w+|worst|rip[- ]?off|scam|waste of (?:time|money)"
    r"|(?:never|not|nobody|no one) (?:came|showed|arrived|called|turned up|answer\w*|repl\w+|got back)|still (?:waiting|no|not)"
    r"|this is a joke|wütend|enttäuscht|unzufrieden|inacceptable|inaceptable)\b",
    re.I,
)
PLEASED = re.compile(
    r"\b(?:thank(?:s| you)|great|excellent|perfect|wonderful|lovely|brilliant|happy|glad|pleased|amazing|helpful|love|danke|merci)\b", re.I
)
DISPLEASED = re.compile(
    r"\b(?:bad|wrong|slow|broken|late|problem|annoy\w+|frustrat\w+|poor|rude|hate|complain\w*|unfortunately|again and again|sick of"
    r"|tired of|schlecht|kaputt|ärger\w*)\b",
    re.I,
)
COMPLAINS = re.compile(r"\b(?:complain(?:t|ing)?|money back|beschwer\w+|reclama\w+|réclamation|lawyer|solicitor|sue)\b", re.I)
EMERGENCY = re.compile(
    r"\b(?:emergenc(?:y|ies)|urgent(?:ly)?|asap|as soon as possible|immediately|right away|notfall|dringend|urgence|urgente?|emergencia"
    r"|bleed(?:s|ing)?|can(?:'t|not| not) breathe|chest pain|unconscious|suicid\w*|overdose|ambulance|in danger|severe pain|unbearable"
    r"|gas leak|smell(?:s|ing)? (?:of )?gas|burst pipe|flood(?:s|ed|ing)|on fire)\b",
    re.I,
)
AT_HAND = re.compile(
    r"\b(?:bleed(?:s|ing)|can(?:'t|not| not) breathe|chest pain|unconscious|severe pain|unbearable|gas leak|smell(?:s|ing)? (?:of )?gas"
    r"|burst pipe|flood(?:s|ed|ing)|on fire|in danger|suicid\w*|overdose)\b",
    re.I,
)
IN_GENERAL = re.compile(
    r"^\W*(?:(?:and|but|also|so|ok|please)\W+)*(?:what|how|when|where|which|who|why|is|are|do|does|did|have|has|would|was|wie|wann|wer)\b",
    re.I,
)
OWN = re.compile(r"\b(?:i|i'm|i've|me|my|we|we're|our|us|someone|somebody|help|now)\b", re.I)
DOCTOR = re.compile(
    r"\b(?:speak|talk|chat|put me through|connect me|get me|call me|phone me|ask)\b[^.?!]{0,40}\b(?:doctor|dr|dentist|nurse|physician|gp"
    r"|hygienist|specialist|arzt|ärztin|médecin|médico)\b",
    re.I,
)
SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def urgent(text: str) -> bool:
    """Something urgent is happening; a question about urgent cases in general is none."""
    for sentence in SENTENCE.findall(text.replace("’", "'")):
        if EMERGENCY.search(sentence):
            general = IN_GENERAL.search(sentence) and sentence.rstrip().endswith("?")
            if not general or (AT_HAND.search(sentence) and OWN.search(sentence)):
                return True
    return False


def complains(text: str) -> bool:
    return bool((UPSET.search(text) or COMPLAINS.search(text)) and "?" not in text)


def sentiment(text: str) -> float:
    """0 upset, 0.5 neither, 1 pleased: by words, so irony and what nobody says in words are missed."""
    if UPSET.search(text):
        return 0.1
    good, bad = len(PLEASED.findall(text)), len(DISPLEASED.findall(text))
    return 0.5 + 0.5 * (good - bad) / (good + bad + 1)


CONDITIONS: Mapping[str, Callable[[str], bool]] = {
    "user_requests_human": lambda text: wants_human(Said(text=text)).wants_human,
    "patient_requests_doctor": lambda text: bool(DOCTOR.search(text)),
    "emergency_keywords_detected": lambda text: bool(EMERGENCY.search(text.replace("’", "'"))),
    "urgent_case": urgent,
    "customer_complains": complains,
}
CONFIDENCE, SENTIMENT = "ai_confidence", "sentiment_score"
MEASURES = (CONFIDENCE, SENTIMENT)
HOLDS: Mapping[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq}
COMPARISON = re.compile(r"([a-z][a-z0-9_]*) (<=|>=|==|<|>) (-?[0-9]+(?:\.[0-9]+)?)")


def known(condition: str) -> bool:
    """Whether anything here can tell that it holds."""
    compared = COMPARISON.fullmatch(condition)
    return compared[1] in MEASURES if compared else condition in CONDITIONS


@dataclass(frozen=True)
class Trigger:
    """`at_once`: a person is asked to take over; else the visitor is asked whether one shall."""

    condition: str
    at_once: bool

    def compares(self, measure: str, value: float) -> bool:
        compared = COMPARISON.fullmatch(self.condition)
        return bool(compared and compared[1] == measure and HOLDS[compared[2]](value, float(compared[3])))


Fired = tuple[str, Literal["at_once", "offered"]]


def of_message(text: str, triggers: Sequence[Trigger]) -> Fired | None:
    """The first trigger that what the visitor wrote sets off; one that acts at once comes before those that offer."""
    fired = [t for t in triggers if (test := CONDITIONS.get(t.condition)) and test(text)]
    fired += [t for t in triggers if t.compares(SENTIMENT, sentiment(text))]
    return _first(fired)


def of_answer(confidence: float, triggers: Sequence[Trigger]) -> Fired | None:
    return _first([t for t in triggers if t.compares(CONFIDENCE, confidence)])


def _first(fired: Sequence[Trigger]) -> Fired | None:
    if not fired:
        return None
    chosen = next((t for t in fired if t.at_once), fired[0])
    return chosen.condition.partition(" ")[0], "at_once" if chosen.at_once else "offered"
