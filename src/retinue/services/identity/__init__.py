"""Organizations, people, keys and who may do what."""
