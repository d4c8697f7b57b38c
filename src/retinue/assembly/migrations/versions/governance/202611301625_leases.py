"""Leases of what a client's models may cost in a day: all that is leased and all that was spent is never more than the cap."""

from alembic import op

from retinue.kernel.schema import sql

revision = "governance_202611301625"
down_revision = "0033_copilot"
branch_labels = ("governance",)
depends_on = None

SQL = r"""
create table governance.spending (organization_id uuid, day date, micros bigint not null check (micros >= 0), told_at timestamptz, primary key (organization_id, day));
create table governance.lease (organization_id uuid, day date, holder uuid, micros bigint not null check (micros >= 0), expires_at timestamptz not null,
  primary key (organization_id, day, holder));
select kernel.tenant_table('governance.spending'), kernel.tenant_table('governance.lease');
grant usage on schema governance to {carrier};
grant select, insert, update, delete on governance.spending, governance.lease to {carrier};

-- What `who` spent of its lease becomes spending, and it holds `wanted` from now on, or as much of it as nobody else spent or holds. The row of the
-- day is locked to the commit, so that two processes see one another.
create function governance.borrow(on_day date, who uuid, cost bigint, wanted bigint, cap bigint, at timestamptz, until timestamptz)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare mine uuid := kernel.organization(); gone bigint; lent bigint; granted bigint; begin
  if cost < 0 or wanted < 0 then raise exception 'money is not made here'; end if;
  insert into governance.spending (organization_id, day, micros) values (mine, on_day, 0) on conflict do nothing;
  update governance.spending s set micros = s.micros + cost where (s.organization_id, s.day) = (mine, on_day) returning s.micros into gone;
  delete from governance.lease l where l.organization_id = mine and (l.expires_at <= at or (l.day, l.holder) = (on_day, who));
  select coalesce(sum(l.micros), 0) into lent from governance.lease l where (l.organization_id, l.day) = (mine, on_day);
  granted := greatest(0, least(wanted, cap - gone - lent));
  if granted > 0 then insert into governance.lease values (mine, on_day, who, granted, until); end if;
  return granted;
end $$;

-- Whether this is the first to see that the day's money is spent.
create function governance.reached(on_day date, at timestamptz) returns boolean language sql security definer set search_path = pg_catalog, pg_temp as $$
  with told as (update governance.spending s set told_at = at
    where (s.organization_id, s.day) = (kernel.organization(), on_day) and s.told_at is null returning 1)
  select exists (select from told) $$;

do $$ declare f regprocedure; begin
  foreach f in array array['governance.borrow(date, uuid, bigint, bigint, bigint, timestamptz, timestamptz)', 'governance.reached(date, timestamptz)']::regprocedure[] loop
    execute format('alter function %s owner to {carrier}', f); execute format('revoke execute on function %s from public', f); end loop;
end $$;
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute("drop function governance.reached, governance.borrow; drop table governance.lease, governance.spending")
