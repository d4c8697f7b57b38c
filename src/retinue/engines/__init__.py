"""Capabilities that services use as libraries."""
