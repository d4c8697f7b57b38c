"""Sites read politely and safely."""
