"""What is known of calls."""

from kernel.toys.toy_dossier.handlers import handlers
from retinue.kernel.room import Room

room = Room("toy_dossier", handlers=handlers)
