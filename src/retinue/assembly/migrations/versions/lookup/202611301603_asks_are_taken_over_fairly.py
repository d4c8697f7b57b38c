"""Asks are taken over fairly."""

from alembic import op

from retinue.kernel.schema import sql

revision = "lookup_202611301603"
down_revision = "0033_copilot"
branch_labels = ("lookup",)
depends_on = "kernel_202611301603"

SQL = r"""
drop function lookup.expired_asks(timestamptz);

-- One an organization, so that one whose asks hang delays no other.
create function lookup.expired_asks(at timestamptz, names text[], running uuid[], busy uuid[], most int)
returns table (organization_id uuid, id uuid, name text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select o.organization_id, o.id, o.name from (
    select distinct on (a.organization_id) a.organization_id, a.id, a.name, a.lease_until from kernel.ask a
    where a.status in ('running', 'again') and a.lease_until < at and a.name = any(names)
      and a.id <> all(running) and a.organization_id <> all(busy)
    order by a.organization_id, a.lease_until) o
  order by o.lease_until limit most $$;

-- What is being settled at this moment needs no lease.
create function lookup.renew_asks(organizations uuid[], ids uuid[], tries int[], untils timestamptz[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with held as (select a.organization_id, a.id, r.until from unnest(organizations, ids, tries, untils) r(organization_id, id, tries, until)
    join kernel.ask a on (a.organization_id, a.id, a.tries) = (r.organization_id, r.id, r.tries) and a.status = 'running'
    for update of a skip locked)
  update kernel.ask a set lease_until = held.until from held where (a.organization_id, a.id) = (held.organization_id, held.id) $$;

create function lookup.open_asks() returns table (name text, open bigint) language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select a.name, count(*) from kernel.ask a where a.status in ('running', 'again') group by a.name $$;

create or replace function lookup.drop_expired(at timestamptz) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from kernel.answer where expires_at < at; delete from kernel.ask where expires_at < at and status in ('done', 'failed') $$;

do $$ declare f regprocedure; begin
  foreach f in array array['lookup.expired_asks(timestamptz, text[], uuid[], uuid[], int)', 'lookup.open_asks()',
      'lookup.renew_asks(uuid[], uuid[], int[], timestamptz[])']::regprocedure[] loop
    execute format('alter function %s owner to {carrier}', f); execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to {app}', f); end loop;
end $$;
"""
BACK = r"""
drop function lookup.expired_asks(timestamptz, text[], uuid[], uuid[], int), lookup.renew_asks(uuid[], uuid[], int[], timestamptz[]), lookup.open_asks();
create function lookup.expired_asks(at timestamptz) returns table (organization_id uuid, id uuid, name text) language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select a.organization_id, a.id, a.name from kernel.ask a where a.output is null and a.lease_until < at order by a.lease_until limit 100 $$;
create or replace function lookup.drop_expired(at timestamptz) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from kernel.answer where expires_at < at; delete from kernel.ask where expires_at < at and output is not null $$;
alter function lookup.expired_asks(timestamptz) owner to {carrier};
revoke execute on function lookup.expired_asks(timestamptz) from public;
grant execute on function lookup.expired_asks(timestamptz) to {app};
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute(sql(BACK))
