"""What a conversation refuses, and what to do then."""

from retinue.kernel.asks import NotYet
from retinue.kernel.errors import Refusal


class NothingDeployed(Refusal):
    """No agent is in production here, so there is nobody to talk to."""

    status = 409
    next = "Deploy a version of a configuration first: POST /api/v1/configurations/{config_id}/deploy."


class NotOnTheWeb(Refusal):
    """This agent does not speak on the web: its integrations are listed without website_chat, or with it missing."""

    status = 409
    next = "List website_chat as implemented under integrations in a new version, and deploy that one."


class EmptyMessage(Refusal):
    """The message is empty."""

    status = 422
    next = "Write something and send it again."


class MessageTooLong(Refusal):
    """A message may have {limit} characters at most."""

    status = 422
    next = "Send it in parts."


class SentBefore(Refusal):
    """This message was sent before, under the same id."""

    status = 409
    next = "Nothing is lost: look for its answer with GET /api/v1/chat/conversations/{id}/messages."


class TooManyMessages(Refusal):
    """This conversation has had {limit} messages within an hour."""

    status = 429
    next = "Wait a while, or leave your contact details so that a person can answer."


class ConversationOver(Refusal):
    """This conversation has ended."""

    status = 409
    next = "Start a new one."


class ChannelNotYours(Refusal):
    """A visitor's conversation is on the channel chat; {channel} is not for visitors to name."""

    status = 403
    next = "Leave out `channel`."


class TakenByAnother(Refusal):
    """Somebody else has taken this conversation."""

    status = 409
    next = "Ask them to return it first."


class NotTaken(Refusal):
    """Nobody has taken this conversation, so the agent answers in it."""

    status = 409
    next = "Take it first: POST /api/v1/chat/conversations/{id}/take."


class StillAnswering(NotYet):
    """The message before this one is still being answered."""

    next = "Nothing is lost: the answer comes; look again with GET /api/v1/chat/conversations/{id}/messages."


class SignInFirst(Refusal):
    """The first thing to send is auth with a token."""

    status = 401
    next = 'Send {"type": "auth", "token": "…"} within ten seconds.'


class AnotherCaller(Refusal):
    """This chat was opened by another."""

    status = 401
    next = "Open one of your own."
