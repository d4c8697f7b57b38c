"""What every field of a configuration does: it acts, it keeps the configuration from being deployed, or it is a label that people read."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from retinue.engines.configs.model import Configuration

Does = Literal["acts", "blocks", "label"]
VOICE = "of a voicebot, which nothing runs yet"
BUILDERS = "for whoever makes what is missing; shown with the configuration"
FIELDS: dict[str, tuple[Does, str]] = {
    "config_metadata.config_id": ("label", "which configuration it is; written by Retinue, whatever is sent"),
    "config_metadata.config_name": ("label", "its name for people"),
    "config_metadata.product_type": ("acts", "chatbot, or voicebot, which nothing runs yet; never changes"),
    "config_metadata.client_id": ("label", "whose it is; written by Retinue, whatever is sent"),
    "config_metadata.client_name": ("acts", "what the agent calls the company"),
    "config_metadata.version": ("label", "which version it is; written by Retinue, whatever is sent"),
    "config_metadata.environment": ("label", "what it was written for; deploying says where it runs"),
    "config_metadata.languages": ("acts", "the first is what the agent's own words are in; regions say how telephone numbers are read"),
    "config_metadata.created_at": ("label", "when it was kept; written by Retinue, whatever is sent"),
    "system_prompt.role": ("acts", "told to the model"),
    "system_prompt.instructions": ("acts", "told to the model; contact data in them may be said"),
    "system_prompt.constraints": ("acts", "told to the model, one a line"),
    "system_prompt.tone": ("acts", "told to the model"),
    "system_prompt.voice_specific.*": ("blocks", VOICE),
    "greeting": ("acts", "the first message, with the disclosure that it is an assistant unless it says so"),
    "suggested_questions": ("acts", "offered under the greeting"),
    "tools_available[].tool_name": ("acts", "search_knowledge, capture_contact, hand_over; another one marked implemented blocks"),
    "tools_available[].status": ("acts", "implemented switches it on; missing, or not listed, is off"),
    "tools_available[].github_issue": ("label", BUILDERS),
    "tools_needed[].*": ("label", BUILDERS),
    "integrations[].integration_name": ("acts", "website_chat opens the web chat; another one marked implemented blocks"),
    "integrations[].product_compatibility": ("acts", "must hold this product"),
    "integrations[].type": ("acts", "the web chat is an input_channel"),
    "integrations[].status": ("acts", "missing, or listed integrations without website_chat, close the web chat"),
    "integrations[].github_issue": ("label", BUILDERS),
    "integrations[].config": ("blocks", "of integrations that do not exist yet; the web chat takes none"),
    "integrations_needed[].*": ("label", BUILDERS),
    "llm_config.provider": ("acts", "who is asked first; one that is not configured blocks"),
    "llm_config.model": ("acts", "its model, or cheap, balanced, premium; one that it does not have blocks"),
    "llm_config.parameters.temperature": ("acts", "sent with each call, except to reasoning models of OpenAI, which refuse it"),
    "llm_config.parameters.max_tokens": ("acts", "longest reply of the model"),
    "llm_config.parameters.top_p": ("acts", "sent with each call; blocks together with anthropic, which takes temperature alone"),
    "llm_config.fallback.provider": ("acts", "who is asked when the first does not answer; before the rules are"),
    "llm_config.fallback.model": ("acts", "its model, or a tier"),
    "database_config.type": ("blocks", "anything but postgresql"),
    "database_config.tables": ("blocks", "anything but none: agents have no tables of their own"),
    "database_config.rls_enabled": ("blocks", "false: row-level security is always on"),
    "vector_db_config.type": ("blocks", "anything but pgvector"),
    "vector_db_config.index_name": ("blocks", "pgvector has none"),
    "vector_db_config.namespace": ("acts", "the only part of the client's documents that the agent looks in"),
    "workflow_features.pii_collection.enabled": ("acts", "false: no contact data is taken down from what visitors write"),
    "workflow_features.pii_collection.fields": ("acts", "which of name, email and phone are taken down; another one blocks"),
    "workflow_features.followup_scheduling.*": ("blocks", "enabled: not done yet"),
    "workflow_features.cross_sell_upsell.*": ("blocks", "enabled: not done yet"),
    "workflow_features.survey_questions.*": ("blocks", "enabled: not done yet"),
    "workflow_features.human_escalation.enabled": ("acts", "false: no person is offered or asked"),
    "workflow_features.human_escalation.triggers[].condition": ("acts", "what calls for a person; one that nothing can tell blocks"),
    "workflow_features.human_escalation.triggers[].action": ("acts", "immediate_handoff asks a person at once, suggest_handoff offers one"),
    "workflow_features.human_escalation.unavailable_action": (
        "acts",
        "queue_callback asks for an address to get back to, take_message for a message; show_contact blocks",
    ),
    "workflow_features.outbound_retargeting.*": ("blocks", "enabled: not done yet"),
    "workflow_features.call_transfer.*": ("blocks", VOICE),
    "workflow_features.voicemail.*": ("blocks", VOICE),
    "workflow_features.outbound_calling.*": ("blocks", VOICE),
    "widget.title": ("acts", "the title of the chat window"),
    "widget.accent": ("acts", "colour of buttons and links, made legible"),
    "widget.position": ("acts", "the corner of the page"),
    "widget.theme": ("acts", "light, dark, or as the visitor's system"),
    "widget.file_upload": ("acts", "whether visitors are offered to send files"),
    "widget.pre_chat.*": ("acts", "what visitors are asked before the first message"),
    "widget.business_hours.*": ("acts", "when people are there, and when they are back"),
    "sip_config.*": ("blocks", VOICE),
    "livekit_config.*": ("blocks", VOICE),
}


def paths(model: type[BaseModel] = Configuration, before: str = "") -> Iterator[str]:
    """Every field without fields of its own; `[]` stands for each one of a list."""
    for name, field in model.model_fields.items():
        inner, listed = _inside(field.annotation)
        place = f"{before}{name}{'[]' if listed and inner else ''}"
        if inner:
            yield from paths(inner, f"{place}.")
        else:
            yield place


def _inside(kind: Any, listed: bool = False) -> tuple[type[BaseModel] | None, bool]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind, listed
    if get_origin(kind) in (list, Union, types.UnionType, Annotated):
        for part in get_args(kind):
            found, within = _inside(part, listed or get_origin(kind) is list)
            if found:
                return found, within
    return None, listed


def entry(path: str) -> str | None:
    """The line of FIELDS that speaks of a field: its own, or that of what it is part of."""
    if path in FIELDS:
        return path
    return next((name for name in FIELDS if name.endswith(".*") and path.startswith(name[:-1])), None)
