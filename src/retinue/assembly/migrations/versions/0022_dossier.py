"""A row a client for the board, and what waits for a person."""

from alembic import op

revision = "0022_dossier"
down_revision = "0021_conversations_versions"
branch_labels = None
depends_on = None

SQL = r"""
truncate dossier.fact, dossier.moment; -- 0023 makes the projection begin again
create index moment_subject on dossier.moment (organization_id, subject_id, number) where subject_id is not null;
create table dossier.client (organization_id uuid, id uuid, name text, slug text, website text, industry text, stage text not null,
  stage_number bigint not null, stage_since timestamptz not null, assigned_to uuid, assigned_name text, assigned_person uuid,
  assigned_number bigint not null default 0, last_at timestamptz not null, lasts jsonb not null, facts int not null default 0,
  sources int not null default 0, documents int not null default 0, conversations int not null default 0,
  primary key (organization_id, id), check (id = organization_id));
comment on column dossier.client.name is 'null of an organization that is no client, or whose first event is parked';
create table dossier.need (organization_id uuid, id uuid, kind text not null, section text not null, subject uuid not null, title text, detail text,
  opened bigint, closed bigint not null, since timestamptz, due_at timestamptz,
  open boolean not null generated always as (coalesce(opened > closed, false)) stored, primary key (organization_id, id));
create index need_due on dossier.need (coalesce(due_at, 'infinity'), since, id) where open;
create index need_client on dossier.need (organization_id) where open;
select kernel.tenant_table('dossier.client'), kernel.tenant_table('dossier.need');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop table dossier.client, dossier.need; drop index dossier.moment_subject")
