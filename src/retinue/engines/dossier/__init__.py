"""Everything known about a client, built from events alone."""
