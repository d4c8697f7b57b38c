"""Tables of dossier."""

from alembic import op

revision = "0014_dossier"
down_revision = "0013_conversations"
branch_labels = None
depends_on = None

SQL = r"""
create schema dossier;
create table dossier.fact (organization_id uuid, id uuid, section text not null, key text not null, field text not null, value jsonb not null,
  number bigint not null, person uuid, occurred_at timestamptz not null, primary key (organization_id, id),
  unique (organization_id, section, key, field));
create index fact_person on dossier.fact (organization_id, person) where person is not null;
create table dossier.moment (organization_id uuid, id uuid, number bigint not null, kind text not null, section text not null, title text not null,
  lineage uuid, cause uuid, actor uuid, person uuid, occurred_at timestamptz not null, primary key (organization_id, id),
  unique (organization_id, number));
create index moment_recent on dossier.moment (occurred_at desc, id desc);
create index moment_client on dossier.moment (organization_id, occurred_at desc, id desc);
create index moment_section on dossier.moment (organization_id, section, occurred_at desc, id desc);
create index moment_lineage on dossier.moment (organization_id, lineage, number);
select kernel.tenant_table('dossier.fact'), kernel.tenant_table('dossier.moment');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema dossier cascade")
