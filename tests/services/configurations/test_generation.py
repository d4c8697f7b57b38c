import jsonschema
import pytest

from retinue.engines.configs.model import json_schema
from retinue.engines.configs.text import from_json, from_yaml, to_data, to_json, to_yaml
from retinue.services.configurations.generation import ApprovedRequirements, ConfigurationRequest, configuration_by_rules
from retinue.services.configurations.tasks import generate

NEEDS = {
    "business_summary": {"text": "Alder Reach Canoes hires out canoes.", "source_claims": ["c1"]},
    "topics": [{"name": "Prices", "text": "What things cost."}, {"name": "Opening hours", "text": "When it is open."}],
    "data_to_capture": [{"field": "name", "text": "The name."}, {"field": "Preferred time", "text": "When."}],
    "escalation_rules": [{"condition": "urgent_case", "action": "immediate_handoff", "text": "An urgent case."}],
    "actions": [{"name": "book_appointment", "text": "Book in Calendly.", "system": "Calendly"}],
    "systems": [{"name": "Calendly", "kind": "booking", "text": "In use."}, {"name": "Hotjar", "kind": "analytics", "text": "In use."}],
    "channels": [{"channel": "website_chat", "text": "Chat."}, {"channel": "whatsapp", "text": "WhatsApp."}],
    "tone": {"value": "friendly_professional", "text": "Friendly."},
    "languages": [{"tag": "en", "text": "English."}],
    "out_of_scope": [{"text": "Weather forecasts."}],
}


def request(**changes: object) -> ConfigurationRequest:
    return ConfigurationRequest.model_validate({"company": "Alder Reach Canoes", "requirements": {**NEEDS, **changes}})


def test_a_generated_configuration_is_valid_for_both_validators() -> None:
    made = configuration_by_rules(request())
    jsonschema.Draft202012Validator(json_schema()).validate(to_data(made))
    assert from_yaml(to_yaml(made)) == made
    assert from_json(to_json(made)) == made


def test_requirements_reach_the_configuration() -> None:
    made = configuration_by_rules(request())
    assert made.config_metadata.product_type == "chatbot"
    assert made.config_metadata.languages == ["en"]
    assert "Alder Reach Canoes hires out canoes." in made.system_prompt.instructions
    assert "Leave to a person: weather forecasts." in made.system_prompt.constraints
    assert {tool.tool_name: tool.status for tool in made.tools_available} == {
        "search_knowledge": "implemented", "capture_contact": "implemented", "hand_over": "implemented", "book_appointment": "missing"}  # fmt: skip
    assert [tool.tool_name for tool in made.tools_needed] == ["book_appointment"]
    assert {i.integration_name: i.status for i in made.integrations} == {
        "website_chat": "implemented", "whatsapp_business": "missing", "calendly": "missing"}  # fmt: skip
    assert made.workflow_features.pii_collection is not None
    assert made.workflow_features.pii_collection.fields == ["name"], "what nothing takes down stands in the instructions alone"
    assert made.workflow_features.human_escalation is not None
    assert [t.condition for t in made.workflow_features.human_escalation.triggers] == ["urgent_case", "user_requests_human"]
    assert made.vector_db_config is not None
    assert made.vector_db_config.namespace == "alder_reach_canoes"
    assert made.database_config.rls_enabled
    assert made.suggested_questions == ["How much does it cost?", "When are you open?"]
    assert "automated assistant" in (made.greeting or "")


def test_every_missing_tool_is_described() -> None:
    made = configuration_by_rules(request())
    missing = {tool.tool_name for tool in made.tools_available if tool.status == "missing"}
    assert missing == {tool.tool_name for tool in made.tools_needed}


@pytest.mark.parametrize("company", ["3M & Söhne GmbH", "  ", "株式会社", "A" * 300, "Nobody's"])
def test_any_name_makes_a_valid_configuration(company: str) -> None:
    made = configuration_by_rules(
        ConfigurationRequest(company=company, requirements=ApprovedRequirements.model_validate({"business_summary": {"text": "It sells."}}))
    )
    assert from_yaml(to_yaml(made)) == made


def test_the_task_carries_the_rules() -> None:
    assert generate.name == "configuration.generate"
    assert generate.rules is not None
    assert generate.rules(request()).confidence > 0.5  # type: ignore[union-attr]
