"""Shapes of requests, answers and socket messages."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field, model_validator

from retinue.kernel.shapes import Body

CHAT = "chat"  # the channel of whatever strangers start
MESSAGE_CHARACTERS = 8000
FILE_BYTES = 10_000_000
FILE_KINDS = ".pdf,.docx,.xlsx,.pptx,.csv,.txt,.md,.png,.jpg,.jpeg,.webp"  # offered by the widget
Content = Annotated[str, StringConstraints(max_length=MESSAGE_CHARACTERS)]
Status = Literal["open", "waiting", "taken", "ended"]
Role = Literal["visitor", "assistant", "person", "system"]


class ContactDetails(Body):
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=50, pattern=r"\d")] | None = None


class StartConversation(Body):
    """`client_id` may stand here instead of in X-Tenant-ID. `channel`: staff and keys name it; what a visitor
    starts is `chat`. `config_version`: staff try that version, deployed or not, on the channel `test`.
    `identity`: who the visitor is, signed by the client's own site for its widget."""

    client_id: UUID | None = None
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,30}$")] = CHAT
    config_id: UUID | None = None
    config_version: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None
    contact: ContactDetails | None = None
    identity: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = None

    @model_validator(mode="after")
    def _of_one_configuration(self) -> Self:
        if self.config_version is not None and self.config_id is None:
            raise ValueError("config_version needs config_id")
        return self


class LeaveContact(ContactDetails):
    """`callback`: somebody is to get back to the visitor."""

    callback: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.name or self.email or self.phone):
            raise ValueError("give a name, an email address or a telephone number")
        if self.callback and not (self.email or self.phone):
            raise ValueError("give an email address or a telephone number to get back to")
        return self


class Typing(Body):
    status: bool = True


class SendMessage(Body):
    """`id` is the client's own id of a message, as over the socket; a message is taken once under it."""

    content: Content
    id: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None


class Citation(BaseModel):
    """`quote` stands word for word in the document's extracted text, from `start` to `end`."""

    document_id: str
    title: str
    url: str | None
    quote: str
    start: int
    end: int


class Button(BaseModel):
    """`payload` is what the visitor sends by pressing it. `value` is the same, and `label` the title: the names of before."""

    label: str
    value: str

    @computed_field
    def type(self) -> Literal["postback"]:
        return "postback"

    @computed_field
    def title(self) -> str:
        return self.label

    @computed_field
    def payload(self) -> str:
        return self.value


class Card(BaseModel):
    """`url` and `image` are shown only when they begin with https:// or http://."""

    title: str
    text: str = ""
    url: str | None = None
    image: str | None = None
    buttons: list[Button] = []


class RichContent(BaseModel):
    buttons: list[Button] = []
    suggested_questions: list[str] = []
    cards: list[Card] = []


class Attachment(BaseModel):
    """`kind`: what the content is, whatever the name says."""

    attachment_id: UUID
    name: str
    kind: str
    bytes: int


class Message(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    message_id: UUID = Field(validation_alias="id", serialization_alias="message_id")
    position: int
    role: Role
    content: str
    citations: list[Citation] = []
    rich_content: RichContent | None = None
    attachments: list[Attachment] = []
    actions: list[dict[str, Any]] = []
    grounded: bool | None = None
    answered_by: str | None = None
    confidence: float | None = None
    config_version: int | None = None
    in_answer_to: UUID | None = None
    client_message_id: str | None = None
    created_at: datetime


class Started(BaseModel):
    conversation_id: UUID
    config_id: UUID
    config_version: int
    visitor_token: str
    greeting: Message


class VisitorsConversation(BaseModel):
    """A conversation as its visitor sees it: `visitor_name` is what they said here, whatever else staff know of them.

    `client_id` is the organization that the conversation belongs to. `callback`: the visitor waits to be called back.
    `identified`: the client's own site has signed who the visitor is.
    """

    conversation_id: UUID
    client_id: UUID
    channel: str
    status: Status
    config_id: UUID
    config_version: int
    lineage_id: UUID
    subject: str | None
    visitor_name: str | None
    identified: bool
    callback: bool
    messages: int
    waiting_since: datetime | None
    started_at: datetime
    last_message_at: datetime
    ended_at: datetime | None


class Conversation(VisitorsConversation):
    """As staff see it: `visitor_name` is what the contact is called, `contact_id` the contact that the visitor's is merged into, if any."""

    contact_id: UUID | None
    taken_by: UUID | None


class VersionCount(BaseModel):
    """How many conversations took a version, and how many of them still run on it. Tries of staff do not count."""

    config_version: int
    conversations: int
    running: int


class Note(BaseModel):
    note_id: UUID
    author: UUID
    content: str
    created_at: datetime


class WriteNote(Body):
    content: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Presence(Body):
    """Whether the caller is there for visitors who ask for a person."""

    here: bool


class Here(BaseModel):
    here: bool
    until: datetime | None


class FromSocket(Body):
    """`id` is the client's own id of a message: a resend under the same id does nothing. `after` is a position, `status` of typing, `token`
    of `auth`, which comes first."""

    type: Literal["auth", "message", "resume", "typing", "end", "ping"]
    token: Annotated[str, StringConstraints(max_length=4096)] = ""
    content: str = ""
    id: Annotated[str, StringConstraints(max_length=100)] | None = None
    after: int = Field(0, ge=0)
    status: bool = True
