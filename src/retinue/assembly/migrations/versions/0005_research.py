"""Tables of research."""

from alembic import op

revision = "0005_research"
down_revision = "0004_identity"
branch_labels = None
depends_on = None

SQL = r"""
create schema research;
create table research.job (organization_id uuid, id uuid, source text not null, status text not null, pages int not null, refused int not null,
  expected int not null, claims int not null, reason text, next text, answered_by text, lineage uuid not null, created_by uuid,
  created_at timestamptz not null, started_at timestamptz, completed_at timestamptz, primary key (organization_id, id));
create index job_recent on research.job (id desc);
create index job_source on research.job (organization_id, source, created_at desc);
create table research.page (organization_id uuid, id uuid, job_id uuid not null, position int not null, asked text not null, url text not null,
  depth int not null, links jsonb not null, status text not null, title text not null, kind text, content_file text, text_file text,
  characters int not null, etag text, last_modified text, sha256 text, reason text, next text, fetched_at timestamptz not null,
  primary key (organization_id, id), unique (organization_id, job_id, asked),
  foreign key (organization_id, job_id) references research.job (organization_id, id) on delete cascade);
create table research.claim (organization_id uuid, id uuid, job_id uuid not null, position int not null, field text not null, value text not null,
  source_url text not null, quote text not null, start int, "end" int, fetched_at timestamptz not null, confidence double precision not null,
  in_markup boolean not null, inferred boolean not null, basis text, primary key (organization_id, id),
  foreign key (organization_id, job_id) references research.job (organization_id, id) on delete cascade);
create index claim_job on research.claim (organization_id, job_id, position);
create table research.upload (organization_id uuid, id uuid, name text not null, content_file text not null, media_type text, size int not null,
  job_id uuid, created_at timestamptz not null, primary key (organization_id, id));
create index upload_job on research.upload (organization_id, job_id);
select kernel.tenant_table('research.job'), kernel.tenant_table('research.page'), kernel.tenant_table('research.claim'),
       kernel.tenant_table('research.upload');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema research cascade")
