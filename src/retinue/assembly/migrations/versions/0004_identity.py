"""Tables of identity, and what must be found before the tenant is known."""

from alembic import op

from retinue.kernel.schema import sql

revision = "0004_identity"
down_revision = "0003_jobs"
branch_labels = None
depends_on = None

SQL = r"""
create schema identity;
grant usage on schema identity to {carrier};

create table identity.organization (organization_id uuid, id uuid, name text not null, operator boolean not null, claimed_by uuid,
                                    created_at timestamptz not null, primary key (organization_id, id), check (id = organization_id));
comment on table identity.organization is 'one row in each organization: it exists once the organization was opened';

create table identity."user" (organization_id uuid, id uuid, email text not null, name text not null, password_hash text not null,
                              created_at timestamptz not null, disabled_at timestamptz, primary key (organization_id, id));
create unique index user_email on identity."user" (lower(email));

create table identity.client (organization_id uuid, id uuid, name text not null, name_key text not null, slug text not null, website text,
                              status text not null check (status in ('unclaimed', 'claimed', 'expired')), claim_hash bytea unique,
                              claim_expires_at timestamptz not null, assigned_to uuid not null, contact_email text, contact_id uuid not null,
                              lineage uuid not null, created_at timestamptz not null, primary key (organization_id, id),
                              foreign key (organization_id, assigned_to) references identity."user");
comment on table identity.client is 'rows of the operator; id is the organization of the client';
create unique index client_slug on identity.client (organization_id, slug);
create unique index client_name on identity.client (organization_id, name_key, coalesce(website, ''));
create index client_unclaimed on identity.client (organization_id, claim_expires_at) where status = 'unclaimed';
create index client_load on identity.client (organization_id, assigned_to);

create table identity.assignment (organization_id uuid, id uuid, client_id uuid not null, agent_id uuid not null, role text not null,
                                  stage text not null, started_at timestamptz not null, ended_at timestamptz, primary key (organization_id, id),
                                  foreign key (organization_id, client_id) references identity.client on delete cascade,
                                  foreign key (organization_id, agent_id) references identity."user");
create unique index assignment_open on identity.assignment (organization_id, agent_id, client_id, role) where ended_at is null;
create index assignment_client on identity.assignment (organization_id, client_id);

create table identity.refresh_token (organization_id uuid, id uuid, family uuid not null, user_id uuid not null, hash bytea not null unique,
                                     created_at timestamptz not null, expires_at timestamptz not null, used_at timestamptz, revoked_at timestamptz,
                                     primary key (organization_id, id), foreign key (organization_id, user_id) references identity."user" on delete cascade);
create index refresh_token_family on identity.refresh_token (organization_id, family);
create index refresh_token_user on identity.refresh_token (organization_id, user_id);

create table identity.one_time (organization_id uuid, id uuid, user_id uuid not null, hash bytea not null unique, expires_at timestamptz not null,
                                used_at timestamptz, primary key (organization_id, id),
                                foreign key (organization_id, user_id) references identity."user" on delete cascade);
create index one_time_user on identity.one_time (organization_id, user_id);

create table identity.api_key (organization_id uuid, id uuid, name text not null, kind text not null check (kind in ('key', 'widget')),
                               prefix text not null, scopes text[] not null, created_by uuid not null, created_at timestamptz not null,
                               expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz, primary key (organization_id, id));

create table identity.attempt (organization_id uuid, id uuid, subject bytea not null, count int not null, started_at timestamptz not null,
                               primary key (organization_id, id), unique (organization_id, subject));
comment on table identity.attempt is 'rows of the operator: whose sign-in is tried is not known yet';

select kernel.tenant_table('identity.organization'), kernel.tenant_table('identity.user'), kernel.tenant_table('identity.client'),
       kernel.tenant_table('identity.assignment'), kernel.tenant_table('identity.refresh_token'), kernel.tenant_table('identity.one_time'),
       kernel.tenant_table('identity.api_key'), kernel.tenant_table('identity.attempt');

-- Before the tenant is known: an address or the hash of a secret in, the organization out.
create function lookup.user(email text) returns table (organization_id uuid, id uuid, password_hash text, disabled boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select u.organization_id, u.id, u.password_hash, u.disabled_at is not null from identity."user" u where lower(u.email) = lower($1) $$;
create function lookup.refresh(secret bytea) returns table (organization_id uuid, id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select t.organization_id, t.id from identity.refresh_token t where t.hash = secret $$;
create function lookup.one_time(secret bytea) returns table (organization_id uuid, id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select t.organization_id, t.id from identity.one_time t where t.hash = secret $$;
create function lookup.claim(secret bytea) returns table (organization_id uuid, id uuid, status text, expires_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.organization_id, c.id, c.status, c.claim_expires_at from identity.client c where c.claim_hash = secret $$;
-- A key was used: noted at most once a minute.
create function lookup.key_used(secret bytea, at timestamptz) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  update identity.api_key k set last_used_at = at from kernel.credential c
  where c.hash = secret and (k.organization_id, k.id) = (c.organization_id, c.id) and (c.expires_at is null or c.expires_at > at)
    and (k.last_used_at is null or k.last_used_at <= at - interval '1 minute') $$;

grant select on identity."user", identity.refresh_token, identity.one_time, identity.client, identity.api_key to {carrier};
grant update (last_used_at) on identity.api_key to {carrier};
create policy carries on identity."user" for select to {carrier} using (true);
create policy carries on identity.refresh_token for select to {carrier} using (true);
create policy carries on identity.one_time for select to {carrier} using (true);
create policy carries on identity.client for select to {carrier} using (true);
create policy carries on identity.api_key to {carrier} using (true);
do $$ declare f regprocedure; begin
  foreach f in array array['lookup.user(text)', 'lookup.refresh(bytea)', 'lookup.one_time(bytea)', 'lookup.claim(bytea)',
                           'lookup.key_used(bytea, timestamptz)']::regprocedure[] loop
    execute format('alter function %s owner to {carrier}', f); execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to {app}', f); end loop;
end $$;
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute(
        "drop function lookup.user(text); drop function lookup.refresh(bytea); drop function lookup.one_time(bytea);"
        " drop function lookup.claim(bytea); drop function lookup.key_used(bytea, timestamptz); drop schema identity cascade"
    )
