"""Tables of configs."""

from alembic import op

revision = "0009_configs"
down_revision = "0008_requirements"
branch_labels = None
depends_on = None

SQL = r"""
create schema configs;
create table configs.version (organization_id uuid, id uuid, config_id uuid not null, version int not null, product_type text not null,
  body jsonb not null, body_hash text not null, message text not null, requirements_id uuid, answered_by text not null, lineage uuid,
  created_by uuid, created_at timestamptz not null, primary key (organization_id, id), unique (organization_id, config_id, version));
create table configs.deployment (organization_id uuid, id uuid, config_id uuid not null, environment text not null, version int not null,
  previous_version int, deployed_by uuid, deployed_at timestamptz not null, primary key (organization_id, id),
  unique (organization_id, config_id, environment),
  foreign key (organization_id, config_id, version) references configs.version (organization_id, config_id, version));
select kernel.tenant_table('configs.version'), kernel.tenant_table('configs.deployment');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema configs cascade")
