"""Tables of library."""

from alembic import op

revision = "0007_library"
down_revision = "0006_knowledge"
branch_labels = None
depends_on = None

SQL = r"""
create schema library;
create table library.intake (organization_id uuid, id uuid, research_job_id uuid, key text not null, name text not null, namespace text not null,
  title text not null, url text, document_kind text not null, media_type text, content_file text, text_file text, metadata jsonb not null,
  strategy text not null, chunk_size int not null, lineage uuid not null, status text not null, chunks int not null, changed boolean not null, reason text, next text,
  document_id uuid, created_at timestamptz not null, completed_at timestamptz, primary key (organization_id, id));
create index intake_batch on library.intake (organization_id, research_job_id, status);
create index intake_key on library.intake (organization_id, namespace, key, id);
create unique index intake_once on library.intake (organization_id, research_job_id, key) where research_job_id is not null;
create table library.batch (organization_id uuid, id uuid, completed boolean not null, announced boolean not null, primary key (organization_id, id));
select kernel.tenant_table('library.intake'), kernel.tenant_table('library.batch');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema library cascade")
