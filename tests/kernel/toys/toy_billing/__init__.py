"""Charges what toy_calls tells."""

from kernel.toys.toy_billing.handlers import handlers
from retinue.kernel.room import Room

room = Room("toy_billing", handlers=handlers)
