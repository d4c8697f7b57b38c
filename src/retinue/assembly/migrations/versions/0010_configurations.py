"""Tables of configurations."""

from alembic import op

revision = "0010_configurations"
down_revision = "0009_configs"
branch_labels = None
depends_on = None

SQL = r"""
create schema configurations;
create table configurations.generation (organization_id uuid, id uuid, requirements_id uuid not null, requirements_version int not null,
  document_file text not null, automatic boolean not null, lineage uuid, number bigint not null, status text not null, config_id uuid, version int,
  reason text, next text, created_at timestamptz not null, settled_at timestamptz, primary key (organization_id, id),
  unique (organization_id, requirements_id, requirements_version));
create index generation_number on configurations.generation (organization_id, number);
select kernel.tenant_table('configurations.generation');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema configurations cascade")
