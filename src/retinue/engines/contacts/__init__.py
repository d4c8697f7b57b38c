"""People that a client talks to, and their identities."""
