"""What a version of a configuration tells the dialogue."""

import re
from typing import Any

from retinue.engines.dialogue.phrases import phrase
from retinue.engines.dialogue.state import Brief
from retinue.engines.dialogue.tools import CAPTURE, HAND_OVER, SEARCH
from retinue.engines.dialogue.triggers import Trigger

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
WEB_CHAT = "website_chat"
COLLECTED = {"name", "email", "phone"}


def brief_of(body: dict[str, Any]) -> Brief:
    """Fields that a configuration leaves out have the values of Brief."""
    meta, prompt, features = body.get("config_metadata", {}), body.get("system_prompt", {}), body.get("workflow_features", {})
    languages = meta.get("languages") or ["en"]
    escalation = features.get("human_escalation") or {"enabled": True}
    collection = features.get("pii_collection") or {"enabled": True, "fields": sorted(COLLECTED)}
    regions = [REGIONS[tag] for language in languages for tag in (language.lower(), language.lower()[:2]) if tag in REGIONS]
    llm = body.get("llm_config") or {}
    parameters = llm.get("parameters") or {}
    tools = tools_of(body)
    asked = collection.get("enabled", True) and CAPTURE in tools
    collects = COLLECTED & set(collection.get("fields") or COLLECTED) if asked else set()
    enabled = bool(escalation.get("enabled", True)) and HAND_OVER in tools
    return Brief(
        company=company_of(body),
        instructions=prompt.get("instructions", ""),
        constraints=tuple(prompt.get("constraints", ())),
        tone=prompt.get("tone", ""),
        language=languages[0],
        greeting=body.get("greeting") or "",
        suggested=tuple(body.get("suggested_questions", ())),
        handover=enabled,
        searches=SEARCH in tools,
        triggers=tuple(Trigger(t["condition"], t["action"].startswith("immediate")) for t in escalation.get("triggers") or ())
        if enabled
        else (),
        unavailable="take_message" if escalation.get("unavailable_action") == "take_message" else "queue_callback",
        collects=tuple(sorted(collects)),
        regions=tuple(dict.fromkeys([*regions, "GB", "US"])),
        role=prompt.get("role", ""),
        namespace=namespace_of(body),
        models=tuple((each["provider"], each["model"]) for each in (llm, llm.get("fallback")) if each),
        max_tokens=int(parameters.get("max_tokens", 500)),
        temperature=parameters.get("temperature"),
        top_p=parameters.get("top_p"),
    )


def tools_of(body: dict[str, Any]) -> set[str]:
    """Names of the tools that are switched on. A configuration that does not say any has them all."""
    listed = body.get("tools_available")
    if listed is None:
        return {SEARCH, CAPTURE, HAND_OVER}
    return {tool["tool_name"] for tool in listed if tool["status"] == "implemented"}


def namespace_of(body: dict[str, Any]) -> str | None:
    """Where its knowledge lies; everywhere without one."""
    named: str | None = (body.get("vector_db_config") or {}).get("namespace")
    return named


def speaks_on_the_web(body: dict[str, Any]) -> bool:
    """Whether visitors may start a chat: unless integrations are listed and the web chat is not among them, or still missing."""
    listed = body.get("integrations") or ()
    return not listed or any(each["integration_name"] == WEB_CHAT and each["status"] == "implemented" for each in listed)


def company_of(body: dict[str, Any]) -> str:
    """Empty when the configuration does not name the company."""
    return str((body.get("config_metadata") or {}).get("client_name") or "")


def greeting_of(brief: Brief) -> str:
    """The configuration's greeting, with the disclosure that the EU AI Act (Art. 50) asks for unless it is said already."""
    company = brief.company or phrase(brief.language, "company")
    greeting = brief.greeting or phrase(brief.language, "greeting")
    disclosed = re.search(r"\b(?:automated|automatic|automatisch\w*|virtual|digital|artificial|AI|KI|IA|bot|chatbot|robot)\b", greeting)
    return greeting if disclosed or not brief.disclosure else f"{greeting} {phrase(brief.language, 'disclosure', company=company)}"
