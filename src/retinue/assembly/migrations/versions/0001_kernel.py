"""Who exists, who may act where, and what every tenant table is made of."""

from alembic import op

from retinue.kernel.schema import sql

revision = "0001_kernel"
down_revision = None
branch_labels = None
depends_on = None

SQL = r"""
create schema kernel; create schema lookup; create schema extensions;
create extension vector schema extensions;
grant usage on schema kernel, extensions to public;
grant usage on schema kernel to {carrier};
grant usage on schema lookup to {app};

create table kernel.organization (id uuid primary key, operator boolean not null default false, created_at timestamptz not null);
create unique index one_operator on kernel.organization (operator) where operator;
create table kernel.access (actor uuid not null, organization_id uuid not null references kernel.organization, roles text[] not null,
                            primary key (actor, organization_id));
create index access_organization on kernel.access (organization_id);
create table kernel.secret (one boolean primary key default true check (one), inner_pad bytea not null, outer_pad bytea not null);

-- The seal over the two scopes of this transaction (HMAC of RFC 2104 with sha256; pgcrypto is not at hand).
create function kernel.seal(organization text, organizations text) returns text language sql stable parallel restricted
security definer set search_path = pg_catalog, pg_temp as $$
  select encode(sha256(s.outer_pad || sha256(s.inner_pad || convert_to(concat_ws('|', pg_backend_pid(), extract(epoch from transaction_timestamp()),
    organization, organizations), 'UTF8'))), 'hex') from kernel.secret s $$;
create function kernel.scope() returns uuid[] language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
  select case when current_setting('app.seal', true) =
      kernel.seal(current_setting('app.organization', true), current_setting('app.organizations', true))
    then string_to_array(current_setting('app.organizations', true), ',')::uuid[] else '{{}}'::uuid[] end $$;
create function kernel.organization() returns uuid language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
  select case when current_setting('app.seal', true) =
      kernel.seal(current_setting('app.organization', true), current_setting('app.organizations', true))
    then nullif(current_setting('app.organization', true), '')::uuid end $$;

-- Forced row-level security and the four policies of a tenant table. Grants come from the manifests.
create function kernel.tenant_table(name regclass) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$ begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  execute format('create policy reads on %s for select using (organization_id = any((select kernel.scope())::uuid[]))', name);
  execute format('create policy inserts on %s for insert with check (organization_id = (select kernel.organization()))', name);
  execute format('create policy updates on %s for update using (organization_id = (select kernel.organization()))', name);
  execute format('create policy deletes on %s for delete using (organization_id = (select kernel.organization()))', name);
end $$;
revoke execute on function kernel.tenant_table(regclass) from public;

create table kernel.person (organization_id uuid, id uuid, key bytea, primary key (organization_id, id));
comment on column kernel.person.key is 'null once the person is erased';
create table kernel.answer (organization_id uuid, actor uuid, key text, request text not null, status int, body json, number bigint,
                            expires_at timestamptz not null, primary key (organization_id, actor, key));
create table kernel.ask (organization_id uuid, id uuid, name text not null, input json not null, lease_until timestamptz not null,
                         tries int not null default 1, status text not null default 'running', output json, number bigint, actor uuid, key text,
                         expires_at timestamptz not null, primary key (organization_id, id));
create index ask_open on kernel.ask (lease_until) where output is null;
create index answer_expiry on kernel.answer (expires_at);
create index ask_expiry on kernel.ask (expires_at);
create table kernel.credential (organization_id uuid, id uuid, hash bytea not null unique, kind text not null, actor uuid not null,
                                scopes text[] not null, expires_at timestamptz, primary key (organization_id, id));
select kernel.tenant_table('kernel.person'), kernel.tenant_table('kernel.answer'), kernel.tenant_table('kernel.ask'),
       kernel.tenant_table('kernel.credential');

-- One organization to write; to read: that one, or for staff in the operator's all that they are assigned to. Answers the actor's roles there.
create function kernel.enter(organization uuid, organizations text) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  select set_config('app.organization', organization::text, true), set_config('app.organizations', organizations, true),
         set_config('app.seal', kernel.seal(organization::text, organizations), true) $$;
create function kernel.begin(actor uuid, organization uuid) returns text[] language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare scope text := organization; held text[]; begin
  select a.roles into held from kernel.access a where (a.actor, a.organization_id) = (begin.actor, organization);
  if held is null then raise exception 'no such organization' using errcode = 'RT404'; end if;
  if (select o.operator from kernel.organization o where o.id = organization) then
    scope := (select string_agg(a.organization_id::text, ',' order by a.organization_id) from kernel.access a where a.actor = begin.actor); end if;
  perform kernel.enter(organization, scope);
  return held;
end $$;
-- The room itself acts, in one organization: handlers, jobs, settle, visitors.
create function kernel.serve(organization uuid) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  select kernel.enter(organization, organization::text) $$;

-- Identity alone admits organizations and actors; from another organization than the operator only into that one.
create function kernel.admit(id uuid, operator boolean, at timestamptz) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin
  if not operator and not coalesce((select o.operator from kernel.organization o where o.id = kernel.organization()), false) then
    raise exception 'only the operator admits organizations' using errcode = '42501'; end if;
  insert into kernel.organization values (id, operator, at);
end $$;
create function kernel.allow(actor uuid, organization uuid, roles text[]) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin
  if organization is distinct from kernel.organization()
     and not coalesce((select o.operator from kernel.organization o where o.id = kernel.organization()), false) then
    raise exception 'no such organization' using errcode = '42501'; end if;
  if roles is null then delete from kernel.access a where (a.actor, a.organization_id) = (allow.actor, organization);
  else insert into kernel.access values (actor, organization, roles) on conflict on constraint access_pkey do update set roles = excluded.roles; end if;
end $$;
create function kernel.actors() returns table (actor uuid, organization_id uuid, roles text[]) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select a.actor, a.organization_id, a.roles from kernel.access a where a.organization_id = any((select kernel.scope())::uuid[]) $$;

-- Before the tenant is known.
create function lookup.credential(secret bytea, at timestamptz) returns table (organization_id uuid, id uuid, kind text, actor uuid, scopes text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.organization_id, c.id, c.kind, c.actor, c.scopes from kernel.credential c where c.hash = secret and (c.expires_at is null or c.expires_at > at) $$;
create function lookup.operator() returns uuid language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select id from kernel.organization where operator $$;
create function lookup.expired_asks(at timestamptz) returns table (organization_id uuid, id uuid, name text) language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select a.organization_id, a.id, a.name from kernel.ask a where a.output is null and a.lease_until < at order by a.lease_until limit 100 $$;
create function lookup.drop_expired(at timestamptz) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from kernel.answer where expires_at < at; delete from kernel.ask where expires_at < at and output is not null $$;

grant select, insert on kernel.organization to {carrier};
grant select, insert, update, delete on kernel.access to {carrier};
grant select on kernel.secret, kernel.credential to {carrier};
grant select, delete on kernel.ask, kernel.answer to {carrier};
create policy carries on kernel.ask to {carrier} using (true);
create policy carries on kernel.answer to {carrier} using (true);
create policy carries on kernel.credential for select to {carrier} using (true);
do $$ declare f regprocedure; begin
  for f in select oid::regprocedure from pg_proc where prosecdef and pronamespace in ('kernel'::regnamespace, 'lookup'::regnamespace) loop
    execute format('alter function %s owner to {carrier}', f); execute format('revoke execute on function %s from public', f); end loop;
end $$;
grant execute on function kernel.scope(), kernel.organization() to public;
grant execute on function kernel.begin(uuid, uuid), kernel.serve(uuid) to {app};
grant execute on all functions in schema lookup to {app};
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute("drop schema lookup cascade; drop schema kernel cascade; drop schema extensions cascade")
