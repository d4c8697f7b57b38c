"""The dossier is built again from the log, with what 0028 added to it."""

from alembic import op

revision = "0029_events"
down_revision = "0028_dossier"
branch_labels = None
depends_on = None

# The owner of the tables need not be a superuser, whom the forced policies would pass by.
SQL = r"""
alter table events.cursor no force row level security;
alter table events.parked no force row level security;
delete from events.cursor where room = 'copilot';
delete from events.parked where room = 'copilot';
alter table events.cursor force row level security;
alter table events.parked force row level security;
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    pass
