"""Tests of requirements."""
