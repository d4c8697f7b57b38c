"""What several files of this folder listen to."""

import io
import logging
from collections.abc import Iterator

import pytest

from retinue.kernel.telemetry import configure_logs


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that is logged at the lowest level, as the process writes it."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logs("DEBUG")
    text = io.StringIO()
    root.handlers[0].setStream(text)  # type: ignore[attr-defined]
    yield text
    root.handlers[:], level = before[0], before[1]
    root.setLevel(level)
