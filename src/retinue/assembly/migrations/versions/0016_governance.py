"""Tables of governance."""

from alembic import op

revision = "0016_governance"
down_revision = "0015_copilot"
branch_labels = None
depends_on = None

SQL = r"""
create schema governance;
create table governance.audit (organization_id uuid, id uuid, at timestamptz not null, actor uuid, purpose text not null, lineage uuid,
  kind text not null, target text not null, outcome text not null, digest text not null, rules text[] not null, reasons text[] not null,
  input_tokens int not null, output_tokens int not null, cost_usd double precision, ms double precision not null,
  primary key (organization_id, id));
create index audit_recent on governance.audit (at desc, id desc);
select kernel.tenant_table('governance.audit');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema governance cascade")
