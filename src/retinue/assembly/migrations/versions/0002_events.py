"""The log, the inboxes, and the few functions that carry events across tenants."""

from alembic import op

from retinue.kernel.schema import sql

revision = "0002_events"
down_revision = "0001_kernel"
branch_labels = None
depends_on = None

SQL = r"""
create schema events;
grant usage on schema events to {carrier}, {app};

create table events.head (organization_id uuid primary key, number bigint not null);
create table events.log (organization_id uuid, number bigint, id uuid not null, kind text not null, body json not null, person uuid, actor uuid,
                         cause uuid, lineage uuid not null, trace text not null, occurred_at timestamptz not null, primary key (organization_id, number));
create index log_kind on events.log (organization_id, kind, number);
create table events.handler (room text primary key, kinds text[] not null, projection boolean not null, release text not null,
                             failing uuid[] not null default '{{}}', stopped_at timestamptz);
create table events.cursor (room text, organization_id uuid, number bigint not null default 0, tries int not null default 0,
                            careful_until bigint not null default 0, retry_at timestamptz, error text, primary key (room, organization_id));
create index cursor_retry on events.cursor (retry_at) where retry_at is not null;
create table events.parked (room text, organization_id uuid, number bigint, error text, parked_at timestamptz not null,
                            primary key (room, organization_id, number));
select kernel.tenant_table('events.log'), kernel.tenant_table('events.cursor'), kernel.tenant_table('events.parked');

-- Numbers without gaps: the head's row lock holds to the commit, so this is the last statement of a Work.
create function events.append(batch json) returns bigint language sql security definer set search_path = pg_catalog, pg_temp as $$
  with h as (insert into events.head values (kernel.organization(), json_array_length(batch))
             on conflict (organization_id) do update set number = head.number + excluded.number returning *),
  w as (insert into events.log select h.organization_id, h.number - json_array_length(batch) + n, id, kind, body, person, actor, cause, lineage, trace, occurred_at
        from h, rows from (json_to_recordset(batch) as (id uuid, kind text, body json, person uuid, actor uuid, cause uuid, lineage uuid, trace text,
                                                        occurred_at timestamptz)) with ordinality as b(id, kind, body, person, actor, cause, lineage, trace, occurred_at, n))
  select number from h $$;

-- A room begins to listen: a projection at the first event; any other new room, for organizations that exist, at their next one.
-- A new release of a stopped room may try again.
create function events.listen(room text, kinds text[], projection boolean, release text) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin
  lock table events.handler in share row exclusive mode;
  if not projection and not exists (select from events.handler h where h.room = listen.room) then
    insert into events.cursor (room, organization_id, number) select listen.room, h.organization_id, h.number from events.head h on conflict do nothing; end if;
  insert into events.handler as h (room, kinds, projection, release) values (listen.room, listen.kinds, listen.projection, listen.release)
    on conflict on constraint handler_pkey do update set kinds = excluded.kinds, projection = excluded.projection, release = excluded.release,
      failing = case when h.release = excluded.release then h.failing else '{{}}' end,
      stopped_at = case when h.release = excluded.release then h.stopped_at end;
end $$;

-- Which inboxes have something that they handle: a hint, taken without locks. A null number of organizations means all.
create function events.due(rooms text[], organizations uuid[], at timestamptz) returns table (room text, organization_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.room, h.organization_id from events.head h cross join events.handler s
    left join events.cursor c on (c.room, c.organization_id) = (s.room, h.organization_id)
  where s.room = any(rooms) and s.stopped_at is null and (organizations is null or h.organization_id = any(organizations))
    and h.number > coalesce(c.number, 0) and (c.retry_at is null or c.retry_at <= at)
    and exists (select from unnest(s.kinds) k, lateral (select from events.log l where (l.organization_id, l.kind) = (h.organization_id, k)
                                                          and l.number > coalesce(c.number, 0) limit 1)) $$;
create function events.heads() returns setof events.head language sql stable security definer set search_path = pg_catalog, pg_temp as $$ select * from events.head $$;
create function events.retries(rooms text[], at timestamptz) returns setof uuid language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select distinct c.organization_id from events.cursor c where c.retry_at <= at and c.room = any(rooms) $$;

-- Count a try and schedule the next one before trying, so that an event which kills its process is parked too.
create function events.attempt(room text, organization uuid, at timestamptz) returns table (tries int, size int) language sql security definer set search_path = pg_catalog, pg_temp as $$
  select set_config('synchronous_commit', 'off', true);
  insert into events.cursor (room, organization_id) values (attempt.room, organization) on conflict do nothing;
  with c as (select c.room, c.organization_id from events.cursor c join events.head h using (organization_id) join events.handler s on s.room = c.room
             where (c.room, c.organization_id) = (attempt.room, organization) and s.stopped_at is null
             and c.number < h.number and (c.retry_at is null or c.retry_at <= at)
             and exists (select from unnest(s.kinds) k, lateral (select from events.log l where (l.organization_id, l.kind) = (c.organization_id, k)
                                                                   and l.number > c.number limit 1))
             for update of c skip locked)
  update events.cursor k set tries = k.tries + 1, retry_at = at + interval '1 second' * (2 ^ least(k.tries, 5)),
    careful_until = case k.tries when 0 then k.careful_until else greatest(k.careful_until, k.number + 100) end
  from c where (k.room, k.organization_id) = (c.room, c.organization_id)
  returning k.tries, case when k.tries > 1 or k.number < k.careful_until then 1 else 100 end $$;

-- Take an inbox for this transaction and read what it handles next; `try` is the caller's own counted try.
create function events.take(room text, organization uuid, size int, try int) returns setof events.log
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with c as materialized (select c.number from events.cursor c where (c.room, c.organization_id, c.tries) = (take.room, organization, try) for update)
  select l.* from c, events.handler s, events.log l where s.room = take.room and l.organization_id = organization and l.kind = any(s.kinds) and l.number > c.number
  order by l.number limit size $$;

-- The end of a handler's Work, as the room: the inbox moves with what was done. One success anywhere clears the room's alarm count.
create function events.move(n bigint) returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare me text := substr(current_setting('role'), length('{prefix}_') + 1); moved boolean; begin
  update events.cursor c set number = n, tries = 0, retry_at = null, error = null
    where (c.room, c.organization_id) = (me, kernel.organization()) and c.number < n;
  moved := found;
  update events.handler h set failing = '{{}}' where h.room = me and h.failing <> '{{}}' and h.stopped_at is null;
  return moved;
end $$;

-- A try failed: a batch is redone one by one at once, a single event at its next try. Three organizations failing with no success between
-- stop the room: a bad release must not park the world. Answers whether it stopped.
create function events.fail(room text, organization uuid, size int, error text, at timestamptz) returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare stopped timestamptz; begin
  update events.cursor c set error = fail.error, retry_at = case when size = 1 then c.retry_at end where (c.room, c.organization_id) = (fail.room, organization);
  if size > 1 then return false; end if;
  update events.handler h set failing = case when organization = any(h.failing) then h.failing else h.failing || organization end,
    stopped_at = case when cardinality(h.failing) >= 2 and not organization = any(h.failing) then at else h.stopped_at end
    where h.room = fail.room returning h.stopped_at into stopped;
  return stopped is not null;
end $$;
-- Set the next event aside; the organization goes on.
create function events.park(room text, organization uuid, try int, at timestamptz) returns int language sql security definer set search_path = pg_catalog, pg_temp as $$
  with n as (select min(l.number) as number from events.cursor c, events.handler s, events.log l where (c.room, c.organization_id) = (park.room, organization) and s.room = park.room
               and s.stopped_at is null and l.organization_id = organization and l.kind = any(s.kinds) and l.number > c.number),
  c as (update events.cursor k set number = n.number, tries = 0, retry_at = null, error = null from n, (select error from events.cursor e where (e.room, e.organization_id) = (park.room, organization)) e
        where (k.room, k.organization_id, k.tries) = (park.room, organization, try) and n.number is not null returning k.number, e.error),
  p as (insert into events.parked select park.room, organization, c.number, c.error, at from c returning 1) select count(*)::int from p $$;
create function events.unpark(room text, organization uuid, n bigint) returns setof events.log language sql security definer set search_path = pg_catalog, pg_temp as $$
  with d as (delete from events.parked p where (p.room, p.organization_id, p.number) = (unpark.room, organization, n) returning *)
  select l.* from d join events.log l using (organization_id, number) $$;
create function events.resume(room text) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  update events.handler h set failing = '{{}}', stopped_at = null where h.room = resume.room $$;
create function events.handlers() returns setof events.handler language sql stable security definer set search_path = pg_catalog, pg_temp as $$ select * from events.handler $$;
-- Has this room handled all that it handles, up to that number? For reads with ?after=.
create function events.handled(room text, organization uuid, n bigint) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select not exists (select from events.handler s, events.log l where s.room = handled.room and l.organization_id = organization and l.kind = any(s.kinds)
    and l.number <= n and l.number > coalesce((select c.number from events.cursor c where (c.room, c.organization_id) = (handled.room, organization)), 0)) $$;

grant select, insert, update, delete on events.head, events.handler, events.cursor, events.parked to {carrier};
grant select, insert on events.log to {carrier};
create policy carries on events.log to {carrier} using (true);
create policy carries on events.cursor to {carrier} using (true);
create policy carries on events.parked to {carrier} using (true);
do $$ declare f regprocedure; begin
  for f in select oid::regprocedure from pg_proc where prosecdef and pronamespace = 'events'::regnamespace loop
    execute format('alter function %s owner to {carrier}', f); execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to {app}', f); end loop;
end $$;
revoke execute on function events.append(json), events.move(bigint) from {app};
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute("drop schema events cascade")
