"""Generated pages are current."""

import pytest

from retinue.assembly.reference import pages


@pytest.mark.parametrize("path", list(pages()), ids=lambda path: path.name)
def test_page_is_current(path):
    assert path.exists() and path.read_text() == pages()[path], "run: python -m retinue.assembly.reference"
