"""The AI tasks of conversations."""

from retinue.engines.contacts.tasks import contact_capture
from retinue.engines.dialogue.tasks import human_request

tasks = (contact_capture, human_request)
