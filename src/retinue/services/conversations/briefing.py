"""What a version of a configuration tells the dialogue."""

import re
from typing import Any, Literal

from retinue.engines.dialogue.phrases import phrase
from retinue.engines.dialogue.state import Brief

REGIONS = {
    "en-us": "US",
    "en-gb": "GB",
    "en-au": "AU",
    "en-ca": "CA",
    "en-ie": "IE",
    "de": "DE",
    "fr": "FR",
    "es": "ES",
    "it": "IT",
    "nl": "NL",
    "pt": "PT",
    "pl": "PL",
}
TIERS: dict[str, Literal["cheap", "balanced", "premium"]] = {"cheap": "cheap", "balanced": "balanced", "premium": "premium"}
COLLECTED = {"name", "email", "phone"}


def brief_of(body: dict[str, Any]) -> Brief:
    """Fields that a configuration leaves out have the values of Brief."""
    meta, prompt, features = body.get("config_metadata", {}), body.get("system_prompt", {}), body.get("workflow_features", {})
    languages = meta.get("languages") or ["en"]
    escalation = features.get("human_escalation") or {"enabled": True}
    collection = features.get("pii_collection") or {"enabled": True, "fields": sorted(COLLECTED)}
    regions = [REGIONS[tag] for language in languages for tag in (language.lower(), language.lower()[:2]) if tag in REGIONS]
    model = (body.get("llm_config") or {}).get("model", "")
    collects = COLLECTED & set(collection.get("fields") or COLLECTED) if collection.get("enabled", True) else set()
    return Brief(
        company=company_of(body),
        instructions=prompt.get("instructions", ""),
        constraints=tuple(prompt.get("constraints", ())),
        tone=prompt.get("tone", ""),
        language=languages[0],
        greeting=body.get("greeting") or "",
        suggested=tuple(body.get("suggested_questions", ())),
        handover=bool(escalation.get("enabled", True)),
        suggest_under=_suggest_under(escalation),
        callback=escalation.get("unavailable_action", "queue_callback") in (None, "queue_callback", "take_message"),
        collects=tuple(sorted(collects)),
        regions=tuple(dict.fromkeys([*regions, "GB", "US"])),
        tier=TIERS.get(model, "balanced"),
        max_tokens=int(((body.get("llm_config") or {}).get("parameters") or {}).get("max_tokens", 500)),
    )


def company_of(body: dict[str, Any]) -> str:
    """Empty when the configuration does not name the company."""
    return str((body.get("config_metadata") or {}).get("client_name") or "")


def _suggest_under(escalation: dict[str, Any]) -> float:
    for trigger in escalation.get("triggers") or ():
        match = re.fullmatch(r"ai_confidence < (\d?\.?\d+)", trigger.get("condition", ""))
        if match:
            return min(float(match[1]), 1.0)
    return Brief.suggest_under


def greeting_of(brief: Brief) -> str:
    """The configuration's greeting, with the disclosure that the EU AI Act (Art. 50) asks for unless it is said already."""
    company = brief.company or phrase(brief.language, "company")
    greeting = brief.greeting or phrase(brief.language, "greeting")
    disclosed = re.search(r"\b(?:automated|automatic|automatisch\w*|virtual|digital|artificial|AI|KI|IA|bot|chatbot|robot)\b", greeting)
    return greeting if disclosed or not brief.disclosure else f"{greeting} {phrase(brief.language, 'disclosure', company=company)}"
