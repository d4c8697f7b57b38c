"""What a requirements draft holds: every item names the claims it follows from, and what is unknown is a question."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from retinue.kernel.shapes import Body


class SourcedClaim(BaseModel):
    """A claim of the research profile, with the id under which it is kept."""

    model_config = ConfigDict(extra="ignore")

    id: str
    field: str
    value: str
    quote: str = ""
    source_url: str = ""
    confidence: float = 0.5
    inferred: bool = False
    basis: str | None = None


class ProfileClaims(BaseModel):
    """The input of the task: a company's name and the claims that a person has let stand."""

    model_config = ConfigDict(extra="ignore")

    company: str
    claims: list[SourcedClaim] = Field(default_factory=list)


class Item(Body):
    text: str
    source_claims: list[str] = Field(default_factory=list)


class Channel(Item):
    channel: Literal["website_chat", "whatsapp", "instagram", "facebook", "email", "phone"]


class Topic(Item):
    """Something the agent must be able to answer; `evidence` are quotes from the company's pages."""

    name: str
    evidence: list[str] = Field(default_factory=list)


class Datum(Item):
    field: str
    required: bool = False


class EscalationRule(Item):
    condition: str
    action: Literal["immediate_handoff", "suggest_handoff"]


class Tone(Item):
    value: str


class Language(Item):
    tag: str


class System(Item):
    name: str
    kind: str


class Action(Item):
    """Something the agent should do that no built-in tool does."""

    name: str
    system: str | None = None


class Measure(Item):
    name: str


class OpenQuestion(Item):
    about: str


class RequirementsDraft(Body):
    company: str
    business_summary: Item
    goals: list[Item] = Field(default_factory=list)
    channels: list[Channel] = Field(default_factory=list)
    topics: list[Topic] = Field(default_factory=list)
    data_to_capture: list[Datum] = Field(default_factory=list)
    escalation_rules: list[EscalationRule] = Field(default_factory=list)
    actions: list[Action] = Field(default_factory=list)
    systems: list[System] = Field(default_factory=list)
    tone: Tone
    languages: list[Language] = Field(default_factory=list)
    out_of_scope: list[Item] = Field(default_factory=list)
    success_measures: list[Measure] = Field(default_factory=list)
    predicted_volumes: list[Item] = Field(default_factory=list)
    open_questions: list[OpenQuestion] = Field(default_factory=list)
