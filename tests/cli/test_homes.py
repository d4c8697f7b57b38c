"""One installation a home, and what the files of a home say when they are absent, damaged or left behind."""

import json
import os
from pathlib import Path

import pytest

from retinue.cli.homes import AlreadyStarting, held, kept_credentials, running

CONTENT = {"pid": os.getpid(), "url": "http://127.0.0.1:1", "port": 1}
WHOLE = {"url": "http://127.0.0.1:1", "email": "a@b.example", "password": "x", "organization_id": "y"}


def test_a_home_is_held_by_one(tmp_path: Path) -> None:
    assert running(tmp_path) is None
    with held(tmp_path, CONTENT):
        assert running(tmp_path) == CONTENT
        with pytest.raises(AlreadyStarting), held(tmp_path, {**CONTENT, "port": 2}):
            pass
        assert running(tmp_path) == CONTENT, "who comes second takes nothing away"
    assert running(tmp_path) is None
    with held(tmp_path, CONTENT):
        pass


def test_a_file_left_by_a_killed_process_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.lock").touch()
    (tmp_path / "run.json").write_text(json.dumps(CONTENT))  # the number lives, and is another's
    assert running(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps(WHOLE | {"password": None})])
def test_damaged_credentials_are_none(tmp_path: Path, text: str) -> None:
    assert kept_credentials(tmp_path) is None
    (tmp_path / "credentials.json").write_text(text)
    assert kept_credentials(tmp_path) is None
    (tmp_path / "credentials.json").write_text(json.dumps(WHOLE))
    assert kept_credentials(tmp_path) == WHOLE
