"""What the live socket says to a page."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from retinue.kernel.sockets import Pong, Socket, Trouble
from retinue.services.copilot.schemas import FromTab, Moment


class Hello(BaseModel):
    """`heads`: the number of the last event of every organization that the person sees."""

    type: Literal["hello"]
    heads: dict[UUID, int]
    delay_ms: float | None


class NewMoment(BaseModel):
    type: Literal["moment"]
    moment: Moment


class Handled(BaseModel):
    """The dossier has everything of this client up to `number`: read what is made from it again."""

    type: Literal["handled"]
    client_id: UUID
    number: int


class Reset(BaseModel):
    """Read this client again, or all when there is none: too much was missed, or came too fast."""

    type: Literal["reset"]
    client_id: UUID | None


live = Socket("live", "/live", FromTab, (Hello, NewMoment, Handled, Reset, Pong, Trouble))
