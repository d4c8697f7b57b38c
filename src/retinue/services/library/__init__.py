"""Documents that a client's agents may quote."""
