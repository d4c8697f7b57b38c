"""How far each person has read each client."""

from alembic import op

revision = "0033_copilot"
down_revision = "0032_dossier"
branch_labels = None
depends_on = None

SQL = r"""
create schema copilot;
create table copilot.seen (organization_id uuid, id uuid, number bigint not null, seen_at timestamptz not null, primary key (organization_id, id));
comment on column copilot.seen.id is 'the reader';
select kernel.tenant_table('copilot.seen');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema copilot cascade")
