"""One conversation's turns."""
