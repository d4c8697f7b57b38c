"""Everything known about a client, built from events alone."""

from retinue.kernel.room import Engine

engine = Engine("dossier")
