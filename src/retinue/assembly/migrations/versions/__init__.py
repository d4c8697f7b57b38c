"""One revision a schema."""
