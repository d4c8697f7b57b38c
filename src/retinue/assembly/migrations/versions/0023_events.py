"""The dossier is built again from the log, with what 0022 added to it; a client's parked events are found without looking at all."""

from alembic import op

revision = "0023_events"
down_revision = "0022_dossier"
branch_labels = None
depends_on = None

# The owner of the tables need not be a superuser, whom the forced policies would pass by.
SQL = r"""
create index parked_organization on events.parked (organization_id);
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
    op.execute("drop index events.parked_organization")
