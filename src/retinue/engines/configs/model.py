"""What a configuration of an agent may say: one model for chatbot and voicebot, and its JSON Schema."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic.json_schema import GenerateJsonSchema

from retinue.kernel.shapes import Body

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Condition = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*( (<|<=|>|>=|==) -?[0-9]+(\.[0-9]+)?)?$")]
ProductType = Literal["chatbot", "voicebot"]


class Part(Body):
    model_config = ConfigDict(strict=True)


class ConfigMetadata(Part):
    config_id: Text | None = None
    config_name: Text | None = None
    product_type: ProductType
    client_id: Text | None = None
    client_name: Text | None = Field(None, description="The company that the agent speaks for, as it calls itself.")
    version: int = Field(1, ge=1)
    environment: Literal["development", "staging", "production"] = "staging"
    languages: list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]] = Field(
        default_factory=list, description="BCP 47 tags, the first is spoken unless the customer uses another."
    )
    created_at: datetime | None = None


class VoiceSpecific(Part):
    speaking_rate: Literal["slow", "normal", "fast"] = "normal"
    interruption_sensitivity: Literal["low", "medium", "high"] = "medium"
    silence_timeout_ms: int = Field(2000, ge=100, le=60_000)


class SystemPrompt(Part):
    role: Name
    instructions: Text
    constraints: list[Text] = Field(default_factory=list)
    tone: Name = "friendly_professional"
    voice_specific: VoiceSpecific | None = None


Status = Literal["implemented", "missing"]


class ToolAvailable(Part):
    tool_name: Name
    status: Status
    github_issue: Text | None = None


class NeedMetadata(Part):
    priority: Literal["low", "medium", "high"] = "medium"
    estimated_effort: Text | None = None
    assigned_to: Text | None = None


class ToolNeeded(Part):
    tool_name: Name
    purpose: Text | None = None
    input_schema: dict[str, str] = Field(default_factory=dict)
    output_schema: dict[str, str] = Field(default_factory=dict)
    metadata: NeedMetadata = Field(default_factory=NeedMetadata)


class Integration(Part):
    integration_name: Name
    product_compatibility: list[ProductType] = Field(["chatbot"], min_length=1)
    type: Literal["input_channel", "output_channel", "utility"]
    status: Status
    github_issue: Text | None = None
    config: dict[str, str | int | float | bool] | None = None


class IntegrationNeeded(Part):
    integration_name: Name
    purpose: Text
    details: dict[str, str] = Field(default_factory=dict)
    metadata: NeedMetadata = Field(default_factory=NeedMetadata)


class LlmParameters(Part):
    temperature: float = Field(0.3, ge=0, le=2)
    max_tokens: int = Field(500, ge=1, le=100_000)
    top_p: float | None = Field(None, gt=0, le=1)


class LlmFallback(Part):
    provider: Name
    model: Text


class LlmConfig(Part):
    provider: Name
    model: Text
    parameters: LlmParameters = Field(default_factory=LlmParameters)
    fallback: LlmFallback | None = None


class DatabaseConfig(Part):
    type: Literal["postgresql", "supabase"] = "postgresql"
    tables: list[Name] = Field(default_factory=list)
    rls_enabled: bool = True


class VectorDbConfig(Part):
    type: Literal["pgvector", "pinecone"] = "pgvector"
    index_name: Text | None = None
    namespace: Text


class PiiCollection(Part):
    enabled: bool
    fields: list[Name] = Field(default_factory=list)


class FollowupScheduling(Part):
    enabled: bool
    channels: list[Name] = Field(default_factory=list)
    triggers: list[Name] = Field(default_factory=list)


class CrossSellUpsell(Part):
    enabled: bool
    recommendation_engine: Name | None = None
    max_suggestions: int = Field(3, ge=1, le=20)


class SurveyQuestions(Part):
    enabled: bool
    questions: list[Text] = Field(default_factory=list)


class EscalationTrigger(Part):
    condition: Condition
    action: Literal["immediate_handoff", "suggest_handoff", "immediate_transfer", "suggest_transfer"]


class HumanEscalation(Part):
    enabled: bool
    triggers: list[EscalationTrigger] = Field(default_factory=list)
    unavailable_action: Literal["queue_callback", "take_message", "show_contact"] | None = None


class OutboundTrigger(Part):
    event: Name
    channel: Name | None = None
    template: Name


class OutboundMessages(Part):
    enabled: bool
    triggers: list[OutboundTrigger] = Field(default_factory=list)


class TransferDestination(Part):
    name: Name
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]


class CallTransfer(Part):
    enabled: bool
    transfer_destinations: list[TransferDestination] = Field(default_factory=list)


class Voicemail(Part):
    enabled: bool
    max_duration_seconds: int = Field(120, ge=1, le=3600)
    transcription_enabled: bool = True


class WorkflowFeatures(Part):
    pii_collection: PiiCollection | None = None
    followup_scheduling: FollowupScheduling | None = None
    cross_sell_upsell: CrossSellUpsell | None = None
    survey_questions: SurveyQuestions | None = None
    human_escalation: HumanEscalation | None = None
    outbound_retargeting: OutboundMessages | None = None
    call_transfer: CallTransfer | None = None
    voicemail: Voicemail | None = None
    outbound_calling: OutboundMessages | None = None


class SipConfig(Part):
    primary_provider: Name
    primary_endpoint: Text
    failover_provider: Name | None = None
    failover_endpoint: Text | None = None
    inbound_calls_enabled: bool = True
    outbound_calls_enabled: bool = False
    call_recording: bool = False
    recording_retention_days: int = Field(90, ge=0, le=3650)


class LivekitConfig(Part):
    room_prefix: Name
    stt_provider: Name
    stt_model: Text
    stt_language: Text = "en-US"
    tts_provider: Name
    tts_voice_id: Text
    tts_model: Text
    vad_enabled: bool = True
    vad_threshold: float = Field(0.5, ge=0, le=1)


class AskedField(Part):
    name: Literal["name", "email", "phone"]
    required: bool = True


class PreChat(Part):
    """What a visitor is asked before the first message."""

    intro: Short | None = None
    fields: list[AskedField] = Field(min_length=1, max_length=3)

    @field_validator("fields")
    @classmethod
    def _once(cls, fields: list[AskedField]) -> list[AskedField]:
        if len({field.name for field in fields}) < len(fields):
            raise ValueError("each field may be asked for once")
        return fields


class Opening(Part):
    """From `opens` to `closes` on each of `days`, on the clock of the place; 24:00 is midnight at the end of the day."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(min_length=1, max_length=7)
    opens: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    closes: Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("closes must be later than opens; write hours past midnight as two openings")
        return self


class BusinessHours(Part):
    """When people are there; the agent answers at any time."""

    timezone: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(description="IANA name, as Europe/London.")
    openings: list[Opening] = Field(max_length=30)
    closed_on: list[Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]] = Field(
        default_factory=list, max_length=200
    )

    @field_validator("timezone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("there is no such time zone; write it as Europe/London") from None
        return name


class Widget(Part):
    """How the chat on the client's own pages looks and behaves."""

    title: Short | None = None
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = Field(
        None, description="Colour of buttons and links, as #0b6878; lightened or darkened until it can be read."
    )
    position: Literal["right", "left"] = "right"
    theme: Literal["auto", "light", "dark"] = "auto"
    file_upload: bool = True
    pre_chat: PreChat | None = None
    business_hours: BusinessHours | None = None


_VOICE_FEATURES = ("call_transfer", "voicemail", "outbound_calling")
_ABSENT: dict[str, Any] = {"type": "null"}
_BY_PRODUCT: dict[str, Any] = {
    "if": {"properties": {"config_metadata": {"properties": {"product_type": {"const": "voicebot"}}}}},
    "then": {
        "required": ["sip_config", "livekit_config"],
        "properties": {
            "sip_config": {"type": "object"},
            "livekit_config": {"type": "object"},
            "integrations": {"maxItems": 0},
            "widget": _ABSENT,
        },
    },
    "else": {
        "properties": {
            "sip_config": _ABSENT,
            "livekit_config": _ABSENT,
            "system_prompt": {"properties": {"voice_specific": _ABSENT}},
            "workflow_features": {"properties": dict.fromkeys(_VOICE_FEATURES, _ABSENT)},
        }
    },
}


class Configuration(Part):
    """What one version of an agent is: who it is, what it may do, and what it runs on."""

    model_config = ConfigDict(json_schema_extra=_BY_PRODUCT)

    config_metadata: ConfigMetadata
    system_prompt: SystemPrompt
    greeting: Text | None = None
    suggested_questions: list[Text] = Field(default_factory=list, max_length=8)
    tools_available: list[ToolAvailable] | None = Field(
        None, description="What is not listed as implemented is off; without it all are on."
    )
    tools_needed: list[ToolNeeded] = Field(default_factory=list)
    integrations: list[Integration] = Field(default_factory=list)
    integrations_needed: list[IntegrationNeeded] = Field(default_factory=list)
    llm_config: LlmConfig
    database_config: DatabaseConfig = Field(default_factory=DatabaseConfig)
    vector_db_config: VectorDbConfig | None = None
    workflow_features: WorkflowFeatures = Field(default_factory=WorkflowFeatures)
    widget: Widget | None = None
    sip_config: SipConfig | None = None
    livekit_config: LivekitConfig | None = None

    @property
    def tools(self) -> list[ToolAvailable]:
        return self.tools_available or []

    @model_validator(mode="after")
    def _fits_its_product(self) -> Self:
        voice = self.config_metadata.product_type == "voicebot"
        problems = []
        if voice:
            problems += [f"{n} is required for a voicebot" for n in ("sip_config", "livekit_config") if getattr(self, n) is None]
            problems += ["integrations must be empty for a voicebot: its only channel is the call"] if self.integrations else []
            problems += ["widget is for a chatbot only"] if self.widget else []
        else:
            problems += [f"{n} is for a voicebot only" for n in ("sip_config", "livekit_config") if getattr(self, n) is not None]
            problems += ["system_prompt.voice_specific is for a voicebot only"] if self.system_prompt.voice_specific else []
            features = self.workflow_features
            problems += [f"workflow_features.{n} is for a voicebot only" for n in _VOICE_FEATURES if getattr(features, n) is not None]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a configuration."""
    schema = Configuration.model_json_schema(mode="validation")
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}
