"""What the chat socket says to visitors and to staff who look on."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from retinue.kernel.sockets import Pong, Socket, Trouble
from retinue.services.conversations.schemas import FromSocket, Message, Status


class Said(Message):
    """A message of the conversation. The greeting of a socket also says where it stands: `last` position and `status`."""

    message_id: UUID
    type: Literal["message"]
    timestamp: AwareDatetime
    last: int | None = None
    status: Status | None = None


class Acknowledged(BaseModel):
    """The message with the client's own `id` is stored."""

    type: Literal["ack"]
    id: str | None
    message_id: UUID
    position: int


class Piece(BaseModel):
    """Of the answer that is being written, and the message that it answers."""

    type: Literal["delta"]
    content: str
    in_answer_to: UUID


class SomebodyTypes(BaseModel):
    """Without `who` it is the agent, in an answer that this socket asked for; of the agent also which message it answers."""

    type: Literal["typing"]
    status: bool
    who: Literal["agent", "visitor", "person"] | None = None
    in_answer_to: UUID | None = None


class Resumed(BaseModel):
    """Everything after a position was sent, up to `position`; `more`: ask again from there."""

    type: Literal["resumed"]
    after: int
    position: int
    more: bool


class StatusChanged(BaseModel):
    type: Literal["status"]
    status: Status


class Ended(BaseModel):
    type: Literal["end"]


class TroubleWith(Trouble):
    """A problem of the API; `type` is this one word here, `id` the client's own of the message it is about. `in_answer_to`: that message is
    stored, and its answer broke."""

    id: str | None = None
    in_answer_to: UUID | None = None


chat = Socket(
    "chat",
    "/chat/ws/{conversation_id}",
    FromSocket,
    (Said, Acknowledged, Piece, SomebodyTypes, Resumed, StatusChanged, Ended, Pong, TroubleWith),
)
