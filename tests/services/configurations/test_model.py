"""The configuration's model against an independent validator: both must take the good examples and refuse the bad ones."""

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from retinue.engines.configs.model import json_schema
from retinue.engines.configs.text import (
    ConfigurationInvalid,
    ConfigurationUnreadable,
    from_data,
    from_json,
    from_yaml,
    to_data,
    to_json,
    to_yaml,
)
from retinue.services.configurations.domain import readiness, validation

CHATBOT = """
config_metadata: {config_id: uuid, product_type: chatbot, client_id: uuid, version: 1, environment: staging, created_at: 2025-10-10T14:08:00Z}
system_prompt:
  role: customer_support_agent
  instructions: "You are a helpful customer support agent for Acme Corp."
  constraints: [Never share customer PII, Escalate to human if user is frustrated]
  tone: friendly_professional
tools_available:
  - {tool_name: fetch_order_status, status: implemented, github_issue: null}
  - {tool_name: initiate_refund, status: missing, github_issue: https://github.com/workflow/tools/issues/156}
tools_needed:
  - tool_name: initiate_refund
    input_schema: {order_id: string, refund_amount: number, reason: string}
    output_schema: {refund_id: string, status: string, estimated_days: number}
    metadata: {priority: high, estimated_effort: 3 days, assigned_to: developer_uuid}
integrations:
  - integration_name: salesforce_crm
    product_compatibility: [chatbot]
    type: input_channel
    status: implemented
    config: {endpoint: https://api.salesforce.com/, auth_type: oauth2}
  - {integration_name: sentiment_api, product_compatibility: [chatbot, voicebot], type: utility, status: missing, github_issue: https://x.example/89}
integrations_needed:
  - integration_name: sentiment_api
    purpose: Real-time sentiment analysis for escalation triggers
    details: {provider: AWS Comprehend, api_endpoint: https://x.example, authentication: AWS IAM, rate_limit: 100 requests/second}
    metadata: {priority: medium, estimated_effort: 5 days, assigned_to: null}
llm_config:
  provider: openai
  model: gpt-4o
  parameters: {temperature: 0.7, max_tokens: 500, top_p: 0.9}
  fallback: {provider: anthropic, model: claude-opus-4}
database_config: {type: supabase, tables: [conversations, customer_leads, analytics_events], rls_enabled: true}
vector_db_config: {type: pinecone, index_name: acme_knowledge_base, namespace: acme_corp}
workflow_features:
  pii_collection: {enabled: true, fields: [email, phone, name, order_id]}
  followup_scheduling: {enabled: true, channels: [email, sms], triggers: [unresolved_query, abandoned_cart]}
  cross_sell_upsell: {enabled: true, recommendation_engine: collaborative_filtering, max_suggestions: 3}
  survey_questions: {enabled: true, questions: ["How did you hear about us?"]}
  human_escalation:
    enabled: true
    triggers:
      - {condition: sentiment_score < 0.3, action: immediate_handoff}
      - {condition: user_requests_human, action: immediate_handoff}
      - {condition: ai_confidence < 0.5, action: suggest_handoff}
    unavailable_action: queue_callback
  outbound_retargeting:
    enabled: true
    triggers: [{event: cart_abandoned_24h, channel: email, template: cart_reminder}]
"""
VOICEBOT = """
config_metadata: {config_id: uuid_voicebot, product_type: voicebot, client_id: uuid, version: 1, environment: staging, created_at: 2025-10-10T15:00:00Z}
system_prompt:
  role: healthcare_appointment_scheduler
  instructions: You are a friendly voice assistant for HealthCare Plus.
  constraints: [Verify patient identity before any changes]
  tone: empathetic_professional
  voice_specific: {speaking_rate: normal, interruption_sensitivity: medium, silence_timeout_ms: 2000}
tools_available: [{tool_name: book_appointment, status: implemented}]
integrations: []
sip_config:
  primary_provider: twilio
  primary_endpoint: "+14155551234"
  failover_provider: telnyx
  failover_endpoint: "+14155555678"
  inbound_calls_enabled: true
  outbound_calls_enabled: true
  call_recording: true
  recording_retention_days: 90
livekit_config:
  {room_prefix: healthcare_plus, stt_provider: deepgram, stt_model: nova-3, stt_language: en-US, tts_provider: elevenlabs,
   tts_voice_id: ErXwobaYiN019PkySvjV, tts_model: flash_v2_5, vad_enabled: true, vad_threshold: 0.5}
llm_config:
  {provider: openai, model: gpt-4o-mini, parameters: {temperature: 0.6, max_tokens: 150, top_p: 0.9}, fallback: {provider: anthropic, model: claude-sonnet-4}}
workflow_features:
  pii_collection: {enabled: true, fields: [patient_name, date_of_birth, phone]}
  human_escalation:
    enabled: true
    triggers: [{condition: emergency_keywords_detected, action: immediate_transfer}, {condition: ai_confidence < 0.4, action: suggest_transfer}]
  call_transfer:
    enabled: true
    transfer_destinations:
      - name: front_desk
        phone: +14155556789
  voicemail: {enabled: true, max_duration_seconds: 120, transcription_enabled: true}
  outbound_calling: {enabled: true, triggers: [{event: appointment_reminder_24h, template: reminder_script}]}
database_config: {type: supabase, tables: [call_logs, appointments], rls_enabled: true}
vector_db_config: {type: pinecone, index_name: healthcare_knowledge_base, namespace: healthcare_plus}
"""
DOCUMENTS = Path(__file__).parents[2] / "documents"
EXAMPLES = {"chatbot": CHATBOT, "voicebot": VOICEBOT}
VALIDATOR = jsonschema.Draft202012Validator(json_schema(), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_documents_examples_are_taken_by_both_and_lose_nothing(kind: str) -> None:
    made = from_yaml(EXAMPLES[kind])
    VALIDATOR.validate(to_data(made))
    assert from_yaml(to_yaml(made)) == made
    assert from_json(to_json(made)) == made
    assert yaml.safe_load(to_yaml(made)).keys() == to_data(made).keys()


@pytest.mark.parametrize("file", ["chatbot.json", "voicebot.yaml"])
def test_the_documents_own_examples_are_taken_word_for_word(file: str) -> None:
    made = validation.checked((DOCUMENTS / file).read_text())
    VALIDATOR.validate(to_data(made))
    given = yaml.load((DOCUMENTS / file).read_text(), yaml.BaseLoader)
    assert given["system_prompt"]["instructions"] == made.system_prompt.instructions


def test_a_missing_tool_that_nobody_described_is_kept_and_said() -> None:
    voice = validation.checked((DOCUMENTS / "voicebot.yaml").read_text())
    (said,) = [fault for fault in readiness.missing(voice) if fault.path == "tools_available[2]"]
    assert said.reason.startswith("the tool send_sms_confirmation is still missing; describe under tools_needed")


def test_a_telephone_number_without_quotes_keeps_its_plus() -> None:
    transfer = from_yaml(VOICEBOT).workflow_features.call_transfer
    assert transfer is not None
    assert transfer.transfer_destinations[0].phone == "+14155556789"


def test_the_schema_is_a_valid_schema_of_its_draft() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


BAD: list[tuple[str, str, Any, str]] = [
    ("chatbot", "system_prompt.role", ..., "system_prompt.role"),
    ("chatbot", "system_prompt.colour", "red", "system_prompt.colour"),
    ("chatbot", "config_metadata.product_type", "robot", "config_metadata.product_type"),
    ("chatbot", "config_metadata.version", 0, "config_metadata.version"),
    ("chatbot", "config_metadata.version", "1", "config_metadata.version"),
    ("chatbot", "llm_config.parameters.temperature", 3, "llm_config.parameters.temperature"),
    ("chatbot", "llm_config.parameters.max_tokens", 1.5, "llm_config.parameters.max_tokens"),
    ("chatbot", "tools_available.1.status", "soon", "tools_available[1].status"),
    ("chatbot", "tools_available.0.tool_name", "Fetch Order", "tools_available[0].tool_name"),
    ("chatbot", "workflow_features.pii_collection.enabled", "yes", "workflow_features.pii_collection.enabled"),
    ("chatbot", "workflow_features.human_escalation.triggers.0.condition", "1 < 2; drop", "workflow_features.human_escalation.triggers[0].condition"),
    ("chatbot", "database_config.type", "sqlite", "database_config.type"),
    ("chatbot", "greeting", "   ", "greeting"),
    ("chatbot", "sip_config", {"primary_provider": "twilio", "primary_endpoint": "x"}, "sip_config"),
    ("chatbot", "workflow_features.voicemail", {"enabled": True}, "workflow_features.voicemail"),
    ("chatbot", "system_prompt.voice_specific", {"speaking_rate": "slow"}, "system_prompt.voice_specific"),
    ("chatbot", "widget", {"accent": "teal"}, "widget.accent"),
    ("chatbot", "widget", {"position": "top"}, "widget.position"),
    ("chatbot", "widget", {"pre_chat": {"fields": []}}, "widget.pre_chat.fields"),
    ("chatbot", "widget", {"business_hours": {"timezone": "UTC", "openings": [{"days": ["mon"], "opens": "9", "closes": "17:00"}]}}, "openings[0].opens"),
    ("voicebot", "widget", {"title": "Chat"}, "widget"),
    ("voicebot", "sip_config", ..., "sip_config"),
    ("voicebot", "livekit_config.vad_threshold", 2, "livekit_config.vad_threshold"),
    ("voicebot", "integrations", [{"integration_name": "x", "type": "utility", "status": "missing"}], "integrations"),
    ("voicebot", "workflow_features.call_transfer.transfer_destinations.0.phone", "front desk", "transfer_destinations[0].phone"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "path", "value", "named"), BAD)
def test_both_refuse_what_is_wrong_and_ours_names_the_path(kind: str, path: str, value: object, named: str) -> None:
    data = copy.deepcopy(to_data(from_yaml(EXAMPLES[kind])))
    *steps, last = path.split(".")
    place: Any = data
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(ConfigurationInvalid) as refusal:
        from_data(data)
    assert named in str(refusal.value)
    assert refusal.value.status == 422


@pytest.mark.parametrize("data", [None, [], "text", 3, {"config_metadata": {}}])
def test_what_is_no_configuration_at_all_is_refused_by_both(data: object) -> None:
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(ConfigurationInvalid):
        from_data(data)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x [1]\nb: *x", "alias"),
        ("a: 1\na: 2", "stands twice"),
        ("a: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("a: [1", "expected"),
        ("1: one", "is not a word"),
        ("a: " + "x" * 600_000, "longer than"),
        ("[" * 3_000, ""),
    ],
)
def test_yaml_that_is_dangerous_or_broken_is_refused(text: str, says: str) -> None:
    with pytest.raises(ConfigurationUnreadable, match=says):
        from_yaml(text)


def test_json_that_is_broken_or_ambiguous_is_refused() -> None:
    for text in ("{", '{"a": 1, "a": 2}', "[" * 100_000, '{"a": NaN}'):
        with pytest.raises((ConfigurationUnreadable, ConfigurationInvalid)):
            from_json(text)


@pytest.mark.parametrize(
    "word", ["no", "on", "yes", "0123", "1_000", "12:30", "2025-01-01", "=", "<<", "null", "~", "true", "3", "1e3", "+49"]
)
def test_text_stays_text_on_the_way_through_yaml(word: str) -> None:
    data = to_data(from_yaml(CHATBOT))
    data["greeting"] = word
    made = from_data(data)
    assert from_yaml(to_yaml(made)).greeting == word
    assert yaml.safe_load(to_yaml(made))["greeting"] == word, "another reader sees the same text"


@pytest.mark.parametrize(
    ("widget", "says"),
    [
        ({"business_hours": {"timezone": "Europe/Tarnbrook", "openings": []}}, "no such time zone"),
        ({"business_hours": {"timezone": "../etc/passwd", "openings": []}}, "no such time zone"),
        ({"business_hours": {"timezone": "UTC", "openings": [{"days": ["mon"], "opens": "17:00", "closes": "09:00"}]}}, "later than opens"),
        ({"pre_chat": {"fields": [{"name": "email"}, {"name": "email", "required": False}]}}, "once"),
    ],
)
def test_what_a_schema_cannot_say_of_a_widget_is_refused_in_words(widget: dict[str, Any], says: str) -> None:
    data = to_data(from_yaml(CHATBOT)) | {"widget": widget}
    with pytest.raises(ConfigurationInvalid, match=says):
        from_data(data)


def test_a_widget_is_written_and_read_without_loss() -> None:
    hours = {
        "timezone": "Europe/London",
        "openings": [{"days": ["mon", "sat"], "opens": "09:00", "closes": "24:00"}],
        "closed_on": ["2026-12-25"],
    }
    data = to_data(from_yaml(CHATBOT)) | {
        "widget": {"accent": "#0b6878", "pre_chat": {"fields": [{"name": "email"}]}, "business_hours": hours}
    }
    made = from_data(data)
    assert from_yaml(to_yaml(made)) == made
    assert made.widget is not None and made.widget.business_hours is not None and made.widget.business_hours.closed_on == ["2026-12-25"]
