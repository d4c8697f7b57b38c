"""The world outside: a folder per kind, a file per vendor."""
