"""Entries."""

from alembic import op

revision = "guestbook_202612010900"
down_revision = "0033_copilot"
branch_labels = ("guestbook",)
depends_on = None

SQL = r"""
create schema guestbook;
create table guestbook.entry (organization_id uuid, id uuid, words text not null, written_at timestamptz not null, thanked_at timestamptz,
                              primary key (organization_id, id));
select kernel.tenant_table('guestbook.entry');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema guestbook cascade")
