"""Everything known about a client, built from events alone."""

from retinue.engines.dossier.cards import hold
from retinue.kernel.room import Engine

engine = Engine("dossier")
__all__ = ["engine", "hold"]
