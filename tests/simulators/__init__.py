"""Outside vendors on loopback, made from the examples that they publish."""
