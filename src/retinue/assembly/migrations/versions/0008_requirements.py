"""Tables of requirements."""

from alembic import op

revision = "0008_requirements"
down_revision = "0007_library"
branch_labels = None
depends_on = None

SQL = r"""
create schema requirements;
create table requirements.client (organization_id uuid, id uuid, name text not null, number bigint not null, primary key (organization_id, id));
create table requirements.research (organization_id uuid, id uuid, source text, expected int, number bigint, lineage uuid, status text not null,
  requirements_id uuid, reason text, next text, settled_at timestamptz, primary key (organization_id, id));
create index research_number on requirements.research (organization_id, number);
create table requirements.claim (organization_id uuid, id uuid, research_job_id uuid not null, number bigint not null, place int not null, field text not null,
  value text not null, quote text not null, source_url text not null, confidence double precision not null, inferred boolean not null, basis text,
  primary key (organization_id, id));
create index claim_research on requirements.claim (organization_id, research_job_id, number, place);
create table requirements.document (organization_id uuid, id uuid, research_job_id uuid not null, confirmed_by uuid not null, status text not null,
  version int not null, body jsonb not null, summary text not null, items int not null, answered_by text not null, confidence double precision not null,
  claims_hash text not null, drafted_hash text not null, document_file text not null, lineage uuid not null, automatic boolean not null,
  created_at timestamptz not null, updated_at timestamptz not null, updated_by uuid, approved_at timestamptz, approved_by uuid,
  primary key (organization_id, id));
create index document_newest on requirements.document (id);
create unique index document_of_research on requirements.document (organization_id, research_job_id);
create unique index document_approved on requirements.document (organization_id) where status = 'approved';
select kernel.tenant_table('requirements.client'), kernel.tenant_table('requirements.research'), kernel.tenant_table('requirements.claim'),
       kernel.tenant_table('requirements.document');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema requirements cascade")
