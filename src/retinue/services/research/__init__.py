"""What a company is, from its own sources."""
