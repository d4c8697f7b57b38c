"""Agent configurations: generated, validated, deployed."""
