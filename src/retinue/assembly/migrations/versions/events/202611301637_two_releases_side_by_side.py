"""Carrying reads what is next and nothing else; two releases side by side lose nothing; a try that the database cut off is given back."""

from alembic import op

from retinue.kernel.schema import sql

revision = "events_202611301637"
down_revision = "0033_copilot"
branch_labels = ("events",)
depends_on = None


SQL = r"""
drop function events.attempt(text[], uuid[], timestamptz, int), events.due(text[], uuid[], timestamptz), events.heads(),
  events.retries(text[], timestamptz), events.take(text, uuid, int, int), events.park(text, uuid, int, timestamptz),
  events.fail(text, uuid, int, text, timestamptz), events.listen(text, text[], boolean, text), events.handlers();

-- The transaction that moved a head, as a number. A range index leaves the row where it is at each move: no other index is touched.
alter table events.head add column moved bigint not null default 0;
alter table events.head set (fillfactor = 50);
create index head_moved on events.head using brin (moved) with (pages_per_range = 1);

-- Every release that ever was in charge of a room: one that comes back stands behind those that followed it.
create table events.release (room text, release text, kinds text[] not null, projection boolean not null, since timestamptz not null, charged boolean not null default false,
                             primary key (room, release));
-- A kind that a room began to hear later than others counts from here.
create table events.beginning (room text, organization_id uuid, kind text, number bigint not null, primary key (room, organization_id, kind));
-- A kind that the release in charge does not hear, and how far others had heard it.
create table events.unheard (room text, organization_id uuid, kind text, number bigint not null, primary key (room, organization_id, kind));
select kernel.tenant_table('events.beginning'), kernel.tenant_table('events.unheard');
grant select, insert, update, delete on events.release, events.beginning, events.unheard to {carrier};
create policy carries on events.beginning to {carrier} using (true);
create policy carries on events.unheard to {carrier} using (true);

-- Numbers without gaps: the head's row lock holds to the commit, so this is the last statement of a Work.
create or replace function events.append(batch json) returns bigint language sql security definer set search_path = pg_catalog, pg_temp as $$
  with h as (insert into events.head as head values (kernel.organization(), json_array_length(batch), pg_current_xact_id()::text::bigint)
             on conflict (organization_id) do update set number = head.number + excluded.number, moved = excluded.moved returning *),
  w as (insert into events.log select h.organization_id, h.number - json_array_length(batch) + n, id, kind, body, person, actor, cause, lineage, trace, occurred_at
        from h, rows from (json_to_recordset(batch) as (id uuid, kind text, body json, person uuid, actor uuid, cause uuid, lineage uuid, trace text,
                                                        occurred_at timestamptz)) with ordinality as b(id, kind, body, person, actor, cause, lineage, trace, occurred_at, n))
  select number from h $$;

-- Heads that moved since the transaction that an earlier answer named as `next`; one row without an organization when none did. Whatever was not
-- visible then was of that transaction or a later one. A number beyond all transactions is of another server, from which this one was restored.
create function events.moved(since bigint) returns table (next bigint, organization_id uuid, number bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
  with at as materialized (select pg_snapshot_xmin(s)::text::bigint as next, pg_snapshot_xmax(s)::text::bigint as most from pg_current_snapshot() s)
  select a.next, h.organization_id, h.number from at a
    left join (select h.* from events.head h where h.moved >= since offset 0) h on since = 0 or h.moved < a.most $$;

-- Which inboxes have something that they handle: a hint, taken without locks. A null number of organizations means all. How many they are,
-- the planner cannot know: each is looked up by its key, for a join that reads a table whole reads every organization. And without an order the
-- first row of a kind is searched through the whole log, where it may stand last.
create function events.due(rooms text[], releases text[], organizations uuid[], at timestamptz) returns table (room text, organization_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
  select s.room, h.organization_id from unnest(coalesce(organizations, array(select e.organization_id from events.head e))) o(id)
    join events.head h on h.organization_id = o.id cross join unnest(rooms, releases) r(room, release)
    join events.handler s on (s.room, s.release) = (r.room, r.release)
    left join events.cursor c on (c.room, c.organization_id) = (s.room, h.organization_id)
  where s.stopped_at is null and h.number > coalesce(c.number, 0) and (c.retry_at is null or c.retry_at <= at)
    and (select true from unnest(s.kinds) k(kind)
           left join events.beginning b on (b.room, b.organization_id, b.kind) = (s.room, h.organization_id, k.kind),
           lateral (select from events.log l where (l.organization_id, l.kind) = (h.organization_id, k.kind)
                      and l.number > greatest(c.number, b.number, 0) order by l.number limit 1) l limit 1) $$;

create function events.retries(rooms text[], releases text[], at timestamptz) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select distinct c.organization_id from events.cursor c, unnest(rooms, releases) r(room, release), events.handler s
  where c.retry_at <= at and c.room = r.room and (s.room, s.release) = (r.room, r.release) and s.stopped_at is null $$;

-- Count a try and schedule the next one before trying, so that an event which kills its process is parked too; of `most` inboxes, by chance.
create function events.attempt(rooms text[], releases text[], organizations uuid[], at timestamptz, most int)
returns table (room text, organization_id uuid, tries int, size int) language sql security definer
set search_path = pg_catalog, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
  select set_config('synchronous_commit', 'off', true);
  insert into events.cursor (room, organization_id) select d.room, d.organization_id from events.due(rooms, releases, organizations, at) d
    where (select c.room from events.cursor c where (c.room, c.organization_id) = (d.room, d.organization_id)) is null on conflict do nothing;
  with c as (select c.room, c.organization_id from unnest(rooms, releases) r(room, release)
             join events.handler s on (s.room, s.release) = (r.room, r.release) cross join unnest(organizations) o(id)
             join events.cursor c on (c.room, c.organization_id) = (s.room, o.id) join events.head h on h.organization_id = o.id
             where s.stopped_at is null and c.number < h.number and (c.retry_at is null or c.retry_at <= at)
             and (select true from unnest(s.kinds) k(kind)
                    left join events.beginning b on (b.room, b.organization_id, b.kind) = (c.room, c.organization_id, k.kind),
                    lateral (select from events.log l where (l.organization_id, l.kind) = (c.organization_id, k.kind)
                               and l.number > greatest(c.number, b.number) order by l.number limit 1) l limit 1)
             order by random() limit most for update of c skip locked)
  update events.cursor k set tries = k.tries + 1, retry_at = at + interval '1 second' * (2 ^ least(k.tries, 5)),
    careful_until = case k.tries when 0 then k.careful_until else greatest(k.careful_until, k.number + 100) end
  from c where (k.room, k.organization_id) = (c.room, c.organization_id)
  returning k.room, k.organization_id, k.tries, case when k.tries > 1 or k.number < k.careful_until then 1 else 100 end $$;

-- A try that did not come about is no try: the inbox is due again at once.
-- Answers false while a transaction that nobody follows any more still holds the inbox.
create function events.give_back(room text, organization uuid, try int) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with c as materialized (select c.* from events.cursor c where (c.room, c.organization_id) = (give_back.room, organization) for update skip locked),
  g as (update events.cursor k set tries = k.tries - 1, retry_at = null from c
        where (k.room, k.organization_id) = (c.room, c.organization_id) and k.tries = try and try > 0)
  select exists (select from c) $$;

-- Take an inbox for this transaction and read what it handles next; `try` is the caller's own counted try. One snapshot says who is in charge
-- and what there is: a release that has followed begins after all that is read here.
create function events.take(room text, release text, organization uuid, size int, try int) returns setof events.log
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with c as materialized (select c.number from events.cursor c where (c.room, c.organization_id, c.tries) = (take.room, organization, try) for update),
  next as materialized (
    select l.number from c, events.handler s, unnest(s.kinds) k(kind)
      left join events.beginning b on (b.room, b.organization_id, b.kind) = (take.room, organization, k.kind),
      lateral (select l.number from events.log l where (l.organization_id, l.kind) = (organization, k.kind) and l.number > greatest(c.number, b.number)
               order by l.number limit size) l
    where (s.room, s.release) = (take.room, take.release) order by l.number limit size)
  select l.* from next n, lateral (select * from events.log l where (l.organization_id, l.number) = (organization, n.number) limit 1) l order by l.number $$;

-- The end of a handler's Work, as the room: the inbox moves with what was done. One success anywhere clears the room's alarm count.
create or replace function events.move(n bigint) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare me text := substr(current_setting('role'), length('{prefix}_') + 1); begin
  update events.cursor c set number = n, tries = 0, retry_at = null, error = null
    where (c.room, c.organization_id) = (me, kernel.organization()) and c.number < n;
  if not found then raise exception 'the inbox of % moved while it was held: what was done here was done before', me; end if;
  delete from events.beginning b where (b.room, b.organization_id) = (me, kernel.organization()) and b.number <= n;
  update events.handler h set failing = '{{}}' where h.room = me and h.failing <> '{{}}' and h.stopped_at is null;
end $$;

-- A try failed: a batch is redone one by one at once, a single event at its next try. Three organizations failing with no success between
-- stop the room: a bad release must not park the world. Answers whether it stopped. What a release fails in that is followed is its own.
create function events.fail(room text, release text, organization uuid, size int, error text, at timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare stopped timestamptz; begin
  if not exists (select from events.handler h where (h.room, h.release) = (fail.room, fail.release)) then return false; end if;
  update events.cursor c set error = fail.error, retry_at = case when size = 1 then c.retry_at end where (c.room, c.organization_id) = (fail.room, organization);
  if size > 1 then return false; end if;
  update events.handler h set failing = case when organization = any(h.failing) then h.failing else h.failing || organization end,
    stopped_at = case when cardinality(h.failing) >= 2 and not organization = any(h.failing) then at else h.stopped_at end
    where (h.room, h.release) = (fail.room, fail.release) returning h.stopped_at into stopped;
  return stopped is not null;
end $$;

-- Set the next event aside; the organization goes on.
create function events.park(room text, release text, organization uuid, try int, at timestamptz) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with n as (select l.number, c.error from events.cursor c, events.handler s, unnest(s.kinds) k(kind)
               left join events.beginning b on (b.room, b.organization_id, b.kind) = (park.room, organization, k.kind),
               lateral (select l.number from events.log l where (l.organization_id, l.kind) = (organization, k.kind)
                          and l.number > greatest(c.number, b.number) order by l.number limit 1) l
             where (c.room, c.organization_id) = (park.room, organization) and (s.room, s.release) = (park.room, park.release) and s.stopped_at is null
             order by l.number limit 1),
  c as (update events.cursor k set number = n.number, tries = 0, retry_at = null, error = null from n
        where (k.room, k.organization_id, k.tries) = (park.room, organization, try) and k.number < n.number returning k.number, n.error),
  p as (insert into events.parked select park.room, organization, c.number, c.error, at from c returning 1) select count(*)::int from p $$;

-- Has this room handled all that it handles, up to that number? For reads with ?after=.
create or replace function events.handled(room text, organization uuid, n bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select not exists (select from events.handler s left join events.cursor c on (c.room, c.organization_id) = (s.room, organization)
    cross join unnest(s.kinds) k(kind) left join events.beginning b on (b.room, b.organization_id, b.kind) = (s.room, organization, k.kind),
    lateral (select from events.log l where (l.organization_id, l.kind) = (organization, k.kind)
               and l.number > greatest(c.number, b.number, 0) and l.number <= n order by l.number limit 1) l
    where s.room = handled.room) $$;

-- A release takes charge of a room. Whoever holds an inbox under a counted try ends first, and who waits for one finds the try gone; then
--   a new room starts at the present number of every organization there is, a projection at the first event;
--   a kind that no release heard before starts at the present as well; where a projection begins to hear one that is there, it reads all again;
--   a kind that an earlier release heard: what was told meanwhile, and was passed by, is set aside to be replayed.
create function events.charge(room text, release text, at timestamptz) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare gone events.handler; come events.release; added text[]; begin
  perform pg_advisory_xact_lock(hashtext('events.charge'));
  select * into strict come from events.release r where (r.room, r.release) = (charge.room, charge.release);
  select * into gone from events.handler h where h.room = charge.room;
  if gone.release = charge.release then return; end if;
  if gone.room is null then
    if not come.projection then
      insert into events.cursor (room, organization_id, number) select charge.room, h.organization_id, h.number from events.head h on conflict do nothing; end if;
  else
    update events.cursor c set tries = 0, retry_at = null where c.room = charge.room and c.tries > 0;
    added := array(select k from unnest(come.kinds) k where k <> all(gone.kinds));
    insert into events.unheard select charge.room, h.organization_id, k, greatest(c.number, b.number, 0) from events.head h cross join unnest(gone.kinds) k
      left join events.cursor c on (c.room, c.organization_id) = (charge.room, h.organization_id)
      left join events.beginning b on (b.room, b.organization_id, b.kind) = (charge.room, h.organization_id, k)
      where not come.projection and k <> all(come.kinds);
    delete from events.beginning b where b.room = charge.room and b.kind <> all(come.kinds);
    if come.projection then
      with again as (update events.cursor c set number = 0, careful_until = 0, error = null
        where c.room = charge.room and exists (select from unnest(added) k, lateral (select from events.log l
          where (l.organization_id, l.kind) = (c.organization_id, k) and l.number <= c.number order by l.number limit 1) l) returning c.organization_id)
      delete from events.parked p using again where (p.room, p.organization_id) = (charge.room, again.organization_id);
    else
      insert into events.parked select charge.room, l.organization_id, l.number, 'Told while a release was in charge that does not hear ' || l.kind, at
        from events.cursor c cross join unnest(added) k
        left join events.unheard u on (u.room, u.organization_id, u.kind) = (charge.room, c.organization_id, k),
        lateral (select l.* from events.log l where (l.organization_id, l.kind) = (c.organization_id, k) and l.number > coalesce(u.number, 0) and l.number <= c.number) l
        where c.room = charge.room and exists (select from events.release r where r.room = charge.room and r.charged and k = any(r.kinds))
        on conflict do nothing;
      insert into events.beginning select charge.room, h.organization_id, k, coalesce(u.number, h.number) from events.head h cross join unnest(added) k
        left join events.unheard u on (u.room, u.organization_id, u.kind) = (charge.room, h.organization_id, k)
        left join events.cursor c on (c.room, c.organization_id) = (charge.room, h.organization_id)
        where case when exists (select from events.release r where r.room = charge.room and r.charged and k = any(r.kinds))
              then u.number > coalesce(c.number, 0) else h.number > coalesce(c.number, 0) end;
    end if;
    delete from events.unheard u where u.room = charge.room and u.kind = any(added);
  end if;
  update events.release r set charged = true where (r.room, r.release) = (charge.room, charge.release);
  insert into events.handler as h (room, kinds, projection, release) values (charge.room, come.kinds, come.projection, charge.release)
    on conflict on constraint handler_pkey do update set kinds = excluded.kinds, projection = excluded.projection, release = excluded.release,
      failing = '{{}}', stopped_at = null;
end $$;

-- A process says what its release hears. A release that is new here takes charge; one that was followed waits for `charge`. Answers the one in charge.
create function events.listen(room text, release text, kinds text[], projection boolean, at timestamptz) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin
  perform pg_advisory_xact_lock(hashtext('events.charge'));
  insert into events.release (room, release, kinds, projection, since) values (listen.room, listen.release, listen.kinds, listen.projection, at) on conflict do nothing;
  if found then perform events.charge(listen.room, listen.release, at); end if;
  return (select h.release from events.handler h where h.room = listen.room);
end $$;

create function events.rooms() returns table (room text, release text, in_charge boolean, since timestamptz, stopped_at timestamptz, failing int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select r.room, r.release, h.release is not null, r.since, h.stopped_at, cardinality(h.failing)
  from events.release r left join events.handler h on (h.room, h.release) = (r.room, r.release) order by r.room, r.since, r.release $$;

insert into events.release select h.room, h.release, h.kinds, h.projection, 'epoch', true from events.handler h;

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
    raise NotImplementedError("migrations only grow")
