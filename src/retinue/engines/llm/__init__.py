"""Named AI tasks, answered by a model or by rules."""
