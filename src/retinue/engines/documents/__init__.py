"""Files read into text and tables."""
