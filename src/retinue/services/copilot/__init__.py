"""What staff see of every client."""
