"""Takes a room out of a database, while its folder is still here: its tables, where it stood in the log, and what it was allowed."""

import psycopg
from psycopg import sql as q

from retinue.assembly.install import alembic
from retinue.assembly.revisions import history
from retinue.kernel.errors import Refusal
from retinue.kernel.schema import PREFIX, role


class NotItsOwn(Refusal):
    """The room {room} has no migrations of its own from its first table on, so there is nothing that can be taken back."""

    next = "Name a room that has; one of the common trunk is taken out by a revision that drops its tables."


def remove(url: str, room: str, prefix: str = "retinue") -> None:
    """`url`: the database as its owner. The events that it told stay in the log; without the room nobody reads them. Raises NotItsOwn."""
    from alembic import command

    PREFIX.set(prefix)
    revisions = history(room)
    if not revisions or f"create schema {room};" not in revisions[0].read_text():
        raise NotItsOwn(room=room)
    config = alembic()
    config.attributes["url"] = url
    command.downgrade(config, f"{room}@-{len(revisions)}")
    with psycopg.connect(url) as connection:
        # Whatever carries keeps by room; the log names none.
        kept = "select table_name from information_schema.columns where table_schema = 'events' and column_name = 'room'"
        for (table,) in connection.execute(kept).fetchall():
            connection.execute(q.SQL("delete from events.{} where room = %s").format(q.Identifier(table)), (room,))
        connection.execute(q.SQL("drop owned by {}").format(q.Identifier(role(room))))
        connection.execute("comment on table public.alembic_version is null")
