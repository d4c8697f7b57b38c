"""What a client needs, drafted and approved."""
