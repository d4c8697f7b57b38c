"""How a chatbot's configuration follows from approved requirements without a model."""

import re

from pydantic import BaseModel, ConfigDict, Field

from retinue.engines.configs.model import (
    ConfigMetadata,
    Configuration,
    DatabaseConfig,
    EscalationTrigger,
    FollowupScheduling,
    HumanEscalation,
    Integration,
    IntegrationNeeded,
    LlmConfig,
    LlmFallback,
    LlmParameters,
    NeedMetadata,
    PiiCollection,
    SystemPrompt,
    ToolAvailable,
    ToolNeeded,
    VectorDbConfig,
    WorkflowFeatures,
)

COLLECTED = ("name", "email", "phone")  # what capture_contact takes down
BUILT_IN = ("search_knowledge", "capture_contact", "hand_over")


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore")

    text: str


class _Topic(_Item):
    name: str


class _Datum(_Item):
    field: str


class _Rule(_Item):
    condition: str
    action: str


class _Action(_Item):
    name: str
    system: str | None = None


class _System(_Item):
    name: str
    kind: str


class _Channel(_Item):
    channel: str


class _Tone(BaseModel):
    model_config = ConfigDict(extra="ignore")

    value: str = "friendly_professional"


class _Language(BaseModel):
    model_config = ConfigDict(extra="ignore")

    tag: str


class ApprovedRequirements(BaseModel):
    """What generation reads of an approved requirements document; the rest of it is ignored."""

    model_config = ConfigDict(extra="ignore")

    business_summary: _Item
    goals: list[_Item] = Field(default_factory=list)
    channels: list[_Channel] = Field(default_factory=list)
    topics: list[_Topic] = Field(default_factory=list)
    data_to_capture: list[_Datum] = Field(default_factory=list)
    escalation_rules: list[_Rule] = Field(default_factory=list)
    actions: list[_Action] = Field(default_factory=list)
    systems: list[_System] = Field(default_factory=list)
    tone: _Tone = Field(default_factory=_Tone)
    languages: list[_Language] = Field(default_factory=list)
    out_of_scope: list[_Item] = Field(default_factory=list)


class ConfigurationRequest(BaseModel):
    """The input of the task. `namespace` is where the client's knowledge lies; made from the company's name if absent."""

    company: str
    requirements: ApprovedRequirements
    environment: str = "staging"
    config_name: str | None = None
    config_id: str | None = None
    client_id: str | None = None
    namespace: str | None = None
    provider: str = "openai"
    model: str = "balanced"
    fallback_provider: str | None = None
    fallback_model: str = "balanced"


_TONES = {
    "friendly_professional": "Write in a friendly and plain way.",
    "empathetic_professional": "Write warmly and carefully; acknowledge worry before facts.",
    "formal_professional": "Write precisely and formally.",
}
_QUESTIONS = {
    "Products and services": "What do you offer?",
    "Prices": "How much does it cost?",
    "Opening hours": "When are you open?",
    "Places": "Where can I find you?",
    "Quotations": "How do I get a quotation?",
    "Urgent cases": "What do I do in an urgent case?",
    "Cancelling and changing": "How do I change or cancel a booking?",
    "Waiting times": "How long do I have to wait?",
}
_FIRST_QUESTIONS = ("Products and services", "Prices", "Opening hours", "Urgent cases", "Quotations", "Places",
                    "Cancelling and changing", "Waiting times")  # fmt: skip
_CONSTRAINTS = (
    "Answer only from the company's own sources, and show the source.",
    "When the sources do not answer, say so and offer a person.",
    "Never share personal data of one customer with another.",
    "Say that you are an automated assistant when asked, and in the greeting.",
)
_TOOL_SCHEMAS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "book_appointment": (
        {"service": "string", "preferred_time": "string", "name": "string", "contact": "string"},
        {"booking_id": "string", "time": "string"},
    ),
    "fetch_order_status": ({"order_id": "string"}, {"status": "string", "expected_at": "string"}),
}
_CHANNEL_INTEGRATIONS = {"whatsapp": "whatsapp_business", "instagram": "instagram_messaging", "facebook": "facebook_messenger"}
_SYSTEM_KINDS = {"crm": "Pass captured contacts on to the company's customer records.", "booking": "Read free times and book them."}


def configuration_by_rules(request: ConfigurationRequest) -> Configuration:
    """Deterministic. A tool that does not exist yet is named as missing and described under `tools_needed`."""
    needs = request.requirements
    actions = list({_name(action.name): action for action in needs.actions}.values())
    fields = [name for datum in needs.data_to_capture if (name := _name(datum.field)) in COLLECTED]
    slug = _name(request.company)
    return Configuration(
        config_metadata=ConfigMetadata.model_validate(
            {
                "config_id": request.config_id,
                "config_name": request.config_name or f"{slug}_chatbot",
                "product_type": "chatbot",
                "client_id": request.client_id,
                "client_name": request.company.strip() or None,
                "environment": request.environment,
                "languages": [language.tag for language in needs.languages],
            }
        ),
        system_prompt=SystemPrompt(
            role="customer_support_agent",
            instructions=_instructions(request),
            constraints=[*_CONSTRAINTS, *(f"Leave to a person: {_inside(item.text)}." for item in needs.out_of_scope)],
            tone=_name(needs.tone.value),
        ),
        greeting=_greeting(request),
        suggested_questions=_suggested(needs),
        tools_available=[
            *(ToolAvailable(tool_name=name, status="implemented") for name in BUILT_IN),
            *(ToolAvailable(tool_name=_name(action.name), status="missing") for action in actions),
        ],
        tools_needed=[_tool(action) for action in actions],
        integrations=_integrations(needs),
        integrations_needed=_integrations_needed(needs),
        llm_config=LlmConfig(
            provider=request.provider,
            model=request.model,
            parameters=LlmParameters(temperature=0.3, max_tokens=500),
            fallback=LlmFallback(provider=request.fallback_provider, model=request.fallback_model) if request.fallback_provider else None,
        ),
        database_config=DatabaseConfig(type="postgresql", tables=[], rls_enabled=True),
        vector_db_config=VectorDbConfig(type="pgvector", namespace=request.namespace or slug),
        workflow_features=WorkflowFeatures(
            pii_collection=PiiCollection(enabled=bool(fields), fields=list(dict.fromkeys(fields))),
            followup_scheduling=FollowupScheduling(enabled=False),
            human_escalation=HumanEscalation(enabled=True, triggers=_triggers(needs.escalation_rules), unavailable_action="queue_callback"),
        ),
    )


def _instructions(request: ConfigurationRequest) -> str:
    needs = request.requirements
    paragraphs = [
        f"You are the assistant of {request.company} and speak with its customers and with people who may become customers.",
        f"About the company: {needs.business_summary.text}",
    ]
    if needs.topics:
        paragraphs.append("You answer questions about:\n" + "\n".join(f"- {topic.name}: {topic.text}" for topic in needs.topics))
    if needs.goals:
        paragraphs.append("What your work is for:\n" + "\n".join(f"- {goal.text}" for goal in needs.goals[:8]))
    if needs.data_to_capture:
        lines = "\n".join(f"- {_name(datum.field)}: {datum.text}" for datum in needs.data_to_capture)
        paragraphs.append(f"When a customer wants to be contacted, ask for what is missing, one thing at a time:\n{lines}")
    if needs.escalation_rules:
        lines = "\n".join(f"- {rule.text}" for rule in needs.escalation_rules)
        paragraphs.append(f"Hand over to a person when:\n{lines}")
    paragraphs.append(_TONES.get(needs.tone.value, _TONES["friendly_professional"]))
    return "\n\n".join(paragraphs)


def _greeting(request: ConfigurationRequest) -> str:
    topics = {topic.name for topic in request.requirements.topics}
    about = [word for name, word in (("Products and services", "our services"), ("Prices", "prices"), ("Opening hours", "opening hours"))
             if name in topics]  # fmt: skip
    helps = f" I can help with {_and(about)}, and bring in a person when you need one." if about else " How can I help?"
    return f"Hello, I am the automated assistant of {request.company}.{helps}"


def _suggested(needs: ApprovedRequirements) -> list[str]:
    names = {topic.name for topic in needs.topics}
    return [_QUESTIONS[name] for name in _FIRST_QUESTIONS if name in names][:4]


def _triggers(rules: list[_Rule]) -> list[EscalationTrigger]:
    triggers = [EscalationTrigger.model_validate({"condition": rule.condition, "action": rule.action}) for rule in rules]
    if not any(trigger.condition == "user_requests_human" for trigger in triggers):
        triggers.append(EscalationTrigger(condition="user_requests_human", action="immediate_handoff"))
    return triggers


def _tool(action: _Action) -> ToolNeeded:
    takes, gives = _TOOL_SCHEMAS.get(action.name, ({}, {}))
    return ToolNeeded(
        tool_name=_name(action.name),
        purpose=action.text,
        input_schema=takes,
        output_schema=gives,
        metadata=NeedMetadata(priority="high" if action.name == "book_appointment" else "medium"),
    )


def _integrations(needs: ApprovedRequirements) -> list[Integration]:
    found = [Integration(integration_name="website_chat", product_compatibility=["chatbot"], type="input_channel", status="implemented")]
    found += [
        Integration(integration_name=name, product_compatibility=["chatbot"], type="input_channel", status="missing")
        for channel in needs.channels
        if (name := _CHANNEL_INTEGRATIONS.get(channel.channel))
    ]
    for system in needs.systems:
        if system.kind in _SYSTEM_KINDS:
            both = Integration(
                integration_name=_name(system.name), product_compatibility=["chatbot", "voicebot"], type="utility", status="missing"
            )
            found.append(both)
    return list({integration.integration_name: integration for integration in found}.values())


def _integrations_needed(needs: ApprovedRequirements) -> list[IntegrationNeeded]:
    needed = [
        IntegrationNeeded(
            integration_name=_CHANNEL_INTEGRATIONS[channel.channel], purpose=channel.text, metadata=NeedMetadata(priority="low")
        )
        for channel in needs.channels
        if channel.channel in _CHANNEL_INTEGRATIONS
    ]
    needed += [
        IntegrationNeeded(integration_name=_name(system.name), purpose=_SYSTEM_KINDS[system.kind], details={"provider": system.name})
        for system in needs.systems
        if system.kind in _SYSTEM_KINDS
    ]
    return list({need.integration_name: need for need in needed}.values())


def _inside(text: str) -> str:
    text = text.rstrip(". ")
    return text[:1].lower() + text[1:]


def _and(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _name(text: str) -> str:
    """A name as configurations write it: lower case, digits and underscores, a letter first."""
    name = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:64].rstrip("_")
    return name if re.match(r"[a-z]", name) else f"n_{name}".rstrip("_")
