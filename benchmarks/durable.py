"""A server with fsync on: the one that is named, or one of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from figures import new_home, remove


@contextmanager
def server() -> Iterator[str]:
    given = os.environ.get("RETINUE_TEST_DATABASE_URL")
    if given:
        yield given.rstrip("/") + "/postgres"
        return
    from retinue.embedded.postgres import PostgresSettings, start

    home = new_home()
    running = start(home, settings=PostgresSettings(), durable=True)
    try:
        yield running.url
    finally:
        running.close()
        remove(home)
