"""The fixtures of talking."""

from .talking import client, embedder, house, template

__all__ = ["client", "embedder", "house", "template"]
