"""Pages from which a public key may be used."""

from alembic import op

from retinue.kernel.schema import sql

revision = "0024_kernel_origins"
down_revision = "0023_events"
branch_labels = None
depends_on = None

SQL = r"""
alter table kernel.credential add column origins text[] not null default '{{}}';
comment on column kernel.credential.origins is 'web origins of the pages that may use a public key; none: every page';
drop function lookup.credential(bytea, timestamptz);
create function lookup.credential(secret bytea, at timestamptz)
returns table (organization_id uuid, id uuid, kind text, actor uuid, scopes text[], origins text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.organization_id, c.id, c.kind, c.actor, c.scopes, c.origins from kernel.credential c
  where c.hash = secret and (c.expires_at is null or c.expires_at > at) $$;
alter function lookup.credential(bytea, timestamptz) owner to {carrier};
revoke execute on function lookup.credential(bytea, timestamptz) from public;
grant execute on function lookup.credential(bytea, timestamptz) to {app};
"""

BEFORE = r"""
drop function lookup.credential(bytea, timestamptz);
create function lookup.credential(secret bytea, at timestamptz) returns table (organization_id uuid, id uuid, kind text, actor uuid, scopes text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.organization_id, c.id, c.kind, c.actor, c.scopes from kernel.credential c where c.hash = secret and (c.expires_at is null or c.expires_at > at) $$;
alter function lookup.credential(bytea, timestamptz) owner to {carrier};
revoke execute on function lookup.credential(bytea, timestamptz) from public;
grant execute on function lookup.credential(bytea, timestamptz) to {app};
alter table kernel.credential drop column origins;
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute(sql(BEFORE))
