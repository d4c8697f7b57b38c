"""Every field of a configuration changes what happens, or keeps it from being deployed and says why, or is a label: none is passed over."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from retinue.engines.configs.fields import FIELDS, entry, paths
from retinue.engines.configs.text import ConfigurationInvalid
from retinue.engines.llm.catalogue import Catalogue
from retinue.services.configurations.domain import readiness, validation

TESTS = Path(__file__).parents[2]
TALK, WIDGET = "services/conversations/test_configured.py", "services/conversations/test_visiting.py"
# The test in which behaviour changes with the field.
ACTS = {
    "config_metadata.product_type": ("services/configurations/test_fields.py", "test_what_is_not_done_keeps_it_from_being_deployed"),
    "config_metadata.client_name": (TALK, "test_the_company_and_the_language_are_those_that_are_configured"),
    "config_metadata.languages": (TALK, "test_the_company_and_the_language_are_those_that_are_configured"),
    "system_prompt.role": (TALK, "test_a_model_is_told_what_is_configured"),
    "system_prompt.instructions": (TALK, "test_a_model_is_told_what_is_configured"),
    "system_prompt.constraints": (TALK, "test_a_model_is_told_what_is_configured"),
    "system_prompt.tone": (TALK, "test_a_model_is_told_what_is_configured"),
    "greeting": (TALK, "test_the_company_and_the_language_are_those_that_are_configured"),
    "suggested_questions": (TALK, "test_the_company_and_the_language_are_those_that_are_configured"),
    "tools_available[].tool_name": (TALK, "test_a_tool_that_is_switched_off_is_off"),
    "tools_available[].status": (TALK, "test_a_tool_that_is_switched_off_is_off"),
    "integrations[].integration_name": (TALK, "test_listed_integrations_without_the_web_chat_close_it"),
    "integrations[].product_compatibility": ("services/configurations/test_fields.py", "test_what_contradicts_itself_is_refused"),
    "integrations[].type": ("services/configurations/test_fields.py", "test_what_contradicts_itself_is_refused"),
    "integrations[].status": (TALK, "test_listed_integrations_without_the_web_chat_close_it"),
    "llm_config.provider": (TALK, "test_the_provider_model_and_fallback_that_are_configured_are_asked"),
    "llm_config.model": (TALK, "test_the_provider_model_and_fallback_that_are_configured_are_asked"),
    "llm_config.parameters.temperature": (TALK, "test_a_model_is_told_what_is_configured"),
    "llm_config.parameters.max_tokens": (TALK, "test_a_model_is_told_what_is_configured"),
    "llm_config.parameters.top_p": (TALK, "test_a_model_is_told_what_is_configured"),
    "llm_config.fallback.provider": (TALK, "test_the_provider_model_and_fallback_that_are_configured_are_asked"),
    "llm_config.fallback.model": (TALK, "test_the_provider_model_and_fallback_that_are_configured_are_asked"),
    "vector_db_config.namespace": (TALK, "test_the_agent_looks_in_its_namespace_alone"),
    "workflow_features.pii_collection.enabled": (TALK, "test_contact_data_is_taken_down_as_configured"),
    "workflow_features.pii_collection.fields": (TALK, "test_contact_data_is_taken_down_as_configured"),
    "workflow_features.human_escalation.enabled": (TALK, "test_without_escalation_nobody_is_offered_or_asked"),
    "workflow_features.human_escalation.triggers[].condition": (TALK, "test_a_trigger_calls_a_person"),
    "workflow_features.human_escalation.triggers[].action": (TALK, "test_a_trigger_calls_a_person"),
    "workflow_features.human_escalation.unavailable_action": (TALK, "test_who_finds_nobody_is_asked_for_what_is_configured"),
    "widget.title": (WIDGET, "test_settings_are_the_deployed_versions"),
    "widget.accent": (WIDGET, "test_settings_are_the_deployed_versions"),
    "widget.position": (WIDGET, "test_settings_are_the_deployed_versions"),
    "widget.theme": (WIDGET, "test_settings_are_the_deployed_versions"),
    "widget.file_upload": (WIDGET, "test_settings_are_the_deployed_versions"),
    "widget.pre_chat.*": (WIDGET, "test_what_the_chat_asks_for_first_is_asked_for"),
    "widget.business_hours.*": (WIDGET, "test_the_hours_are_said_in_words"),
}
BASE: dict[str, Any] = {
    "config_metadata": {"product_type": "chatbot"},
    "system_prompt": {"role": "assistant", "instructions": "Answer."},
    "llm_config": {"provider": "openai", "model": "balanced"},
}
GPT = frozenset({"gpt-4.1-mini", "gpt-4o"})
SOME = Catalogue({"openai": GPT}, {"openai": frozenset({"cheap", "balanced", "premium"})})
UNASKED = Catalogue(SOME.models, SOME.tiers, frozenset({"openai"}))


def made(path: str, value: Any) -> dict[str, Any]:
    body = copy.deepcopy(BASE)
    *steps, last = path.split(".")
    place = body
    for step in steps:
        place = place.setdefault(step, {})
    place[last] = value
    return body


@pytest.mark.parametrize("path", paths())
def test_a_field_acts_blocks_or_is_a_label(path: str) -> None:
    name = entry(path)
    assert name, f"say in engines/configs/fields.py what {path} does"
    does = FIELDS[name][0]
    assert (does == "acts") == (name in ACTS), f"{name} needs a test in which behaviour changes with it"
    assert (
        does == "label" or name in ACTS or any(name.removesuffix(".*") in blocked or blocked in name for blocked, *_ in [*BLOCKS, *REFUSED])
    )


@pytest.mark.parametrize("name", ACTS)
def test_the_test_of_a_field_that_acts_is_there(name: str) -> None:
    file, test = ACTS[name]
    assert name in FIELDS and re.search(rf"^(async )?def {test}\(", (TESTS / file).read_text(), re.M)


def test_no_line_speaks_of_a_field_that_is_gone() -> None:
    assert {entry(path) for path in paths()} == FIELDS.keys()


ON: dict[str, Any] = {"enabled": True}
BLOCKS: list[tuple[str, Any, str]] = [
    ("tools_available", [{"tool_name": "book", "status": "implemented"}], "the tool book does not exist"),
    ("integrations", [{"integration_name": "crm", "type": "utility", "status": "implemented", "config": {"a": "b"}}], "does not exist"),
    ("llm_config", {"provider": "gemini", "model": "x"}, "there is no connector to gemini; write openai"),
    ("llm_config", {"provider": "anthropic", "model": "balanced"}, "anthropic is not configured here; configured is openai"),
    ("llm_config", {"provider": "openai", "model": "no-such-model-9000"}, "openai has no model no-such-model-9000; it has cheap, balanced, premium"),
    ("llm_config", {"provider": "openai", "model": "balanced", "fallback": {"provider": "anthropic", "model": "x"}}, "anthropic is not configured"),
    ("llm_config", {"provider": "anthropic", "model": "balanced", "parameters": {"top_p": 0.9}}, "leave top_p out"),
    ("database_config", {"type": "supabase"}, "write postgresql"),
    ("database_config", {"tables": ["leads"]}, "leave them out"),
    ("vector_db_config", {"type": "pinecone", "index_name": "x", "namespace": "x"}, "write pgvector"),
    ("workflow_features.followup_scheduling", ON, "kept, but follow-ups are not sent yet"),
    ("workflow_features.cross_sell_upsell", ON, "kept, but nothing is recommended yet"),
    ("workflow_features.survey_questions", {"enabled": True, "questions": ["Happy?"]}, "kept, but surveys are not asked yet"),
    ("workflow_features.outbound_retargeting", ON, "kept, but nobody is written to unasked yet"),
    ("workflow_features.pii_collection", {"enabled": True, "fields": ["email", "order_id"]}, "nothing takes down order_id yet"),
    ("workflow_features.human_escalation", {"enabled": True, "unavailable_action": "show_contact"}, "write queue_callback or take_message"),
    ("workflow_features.human_escalation", {"enabled": True, "triggers": [{"condition": "moon_is_full", "action": "suggest_handoff"}]},
     "nothing can tell moon_is_full; there are user_requests_human"),
    ("workflow_features.human_escalation", {"enabled": True, "triggers": [{"condition": "urgent_case < 3", "action": "suggest_handoff"}]}, "nothing can tell urgent_case < 3"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "says"), BLOCKS)
def test_what_is_not_done_keeps_it_from_being_deployed(path: str, value: Any, says: str) -> None:
    said = readiness.blockers(validation.checked(made(path, value)), SOME)
    assert any(fault.path.startswith(path) and says in fault.reason for fault in said), said
    assert readiness.blockers(validation.checked(BASE), SOME) == []


REFUSED: list[tuple[str, Any, str]] = [
    ("database_config.rls_enabled", False, "always on"),
    ("vector_db_config", {"index_name": "x", "namespace": "y"}, "pgvector has no index"),
    ("integrations", [{"integration_name": "website_chat", "type": "utility", "status": "implemented"}], "is an input_channel"),
    ("integrations", [{"integration_name": "website_chat", "type": "input_channel", "status": "implemented", "config": {"a": 1}}], "under widget"),
    ("integrations", [{"integration_name": "crm", "type": "utility", "status": "missing", "product_compatibility": ["voicebot"]}], "does not fit"),
    ("workflow_features.human_escalation", {"enabled": True, "triggers": [{"condition": "urgent_case", "action": "immediate_transfer"}]}, "write immediate_handoff"),
    ("system_prompt.voice_specific", {}, "for a voicebot only"),
    ("sip_config", {"primary_provider": "twilio", "primary_endpoint": "x"}, "for a voicebot only"),
    ("livekit_config", {"room_prefix": "x", "stt_provider": "x", "stt_model": "x", "tts_provider": "x", "tts_voice_id": "x", "tts_model": "x"}, "for a voicebot only"),
    ("workflow_features.call_transfer", ON, "for a voicebot only"),
    ("workflow_features.voicemail", ON, "for a voicebot only"),
    ("workflow_features.outbound_calling", ON, "for a voicebot only"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "says"), REFUSED)
def test_what_contradicts_itself_is_refused(path: str, value: Any, says: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=says):
        validation.checked(made(path, value))


def test_a_model_that_could_not_be_looked_up_is_not_taken_on_trust() -> None:
    named = validation.checked(made("llm_config", {"provider": "openai", "model": "own-model"}))
    (said,) = readiness.blockers(named, UNASKED)
    assert "could not be asked whether it has own-model; try again" in said.reason
    assert readiness.blockers(named, Catalogue({"openai": frozenset({"own-model"})}, {"openai": frozenset()})) == []


def test_without_any_model_whatever_there_is_a_connector_to_will_do() -> None:
    assert readiness.blockers(validation.checked(BASE), Catalogue()) == []
    (said,) = readiness.blockers(validation.checked(made("llm_config", {"provider": "gemini", "model": "x"})), Catalogue())
    assert said.reason == "there is no connector to gemini; write openai or anthropic"
