-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: kernel_202611301603
CREATE SCHEMA kernel;
CREATE FUNCTION kernel.actors() RETURNS TABLE(actor uuid, organization_id uuid, roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select a.actor, a.organization_id, a.roles from kernel.access a where a.organization_id = any((select kernel.scope())::uuid[]) $$;
ALTER FUNCTION kernel.actors() OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.admit(id uuid, operator boolean, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin
  if not operator and not coalesce((select o.operator from kernel.organization o where o.id = kernel.organization()), false) then
    raise exception 'only the operator admits organizations' using errcode = '42501'; end if;
  insert into kernel.organization values (id, operator, at);
end $$;
ALTER FUNCTION kernel.admit(id uuid, operator boolean, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.allow(actor uuid, organization uuid, roles text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin
  if organization is distinct from kernel.organization()
     and not coalesce((select o.operator from kernel.organization o where o.id = kernel.organization()), false) then
    raise exception 'no such organization' using errcode = '42501'; end if;
  if roles is null then delete from kernel.access a where (a.actor, a.organization_id) = (allow.actor, organization);
  else insert into kernel.access values (actor, organization, roles) on conflict on constraint access_pkey do update set roles = excluded.roles; end if;
end $$;
ALTER FUNCTION kernel.allow(actor uuid, organization uuid, roles text[]) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.begin(actor uuid, organization uuid) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare scope text := organization; held text[]; begin
  select a.roles into held from kernel.access a where (a.actor, a.organization_id) = (begin.actor, organization);
  if held is null then raise exception 'no such organization' using errcode = 'RT404'; end if;
  if (select o.operator from kernel.organization o where o.id = organization) then
    scope := (select string_agg(a.organization_id::text, ',' order by a.organization_id) from kernel.access a where a.actor = begin.actor); end if;
  perform kernel.enter(organization, scope);
  return held;
end $$;
ALTER FUNCTION kernel.begin(actor uuid, organization uuid) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.enter(organization uuid, organizations text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select set_config('app.organization', organization::text, true), set_config('app.organizations', organizations, true),
         set_config('app.seal', kernel.seal(organization::text, organizations), true) $$;
ALTER FUNCTION kernel.enter(organization uuid, organizations text) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.organization() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case when current_setting('app.seal', true) =
      kernel.seal(current_setting('app.organization', true), current_setting('app.organizations', true))
    then nullif(current_setting('app.organization', true), '')::uuid end $$;
ALTER FUNCTION kernel.organization() OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.scope() RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case when current_setting('app.seal', true) =
      kernel.seal(current_setting('app.organization', true), current_setting('app.organizations', true))
    then string_to_array(current_setting('app.organizations', true), ',')::uuid[] else '{}'::uuid[] end $$;
ALTER FUNCTION kernel.scope() OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.seal(organization text, organizations text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select encode(sha256(s.outer_pad || sha256(s.inner_pad || convert_to(concat_ws('|', pg_backend_pid(), extract(epoch from transaction_timestamp()),
    organization, organizations), 'UTF8'))), 'hex') from kernel.secret s $$;
ALTER FUNCTION kernel.seal(organization text, organizations text) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.serve(organization uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select kernel.enter(organization, organization::text) $$;
ALTER FUNCTION kernel.serve(organization uuid) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.tenant_table(name regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  execute format('create policy reads on %s for select using (organization_id = any((select kernel.scope())::uuid[]))', name);
  execute format('create policy inserts on %s for insert with check (organization_id = (select kernel.organization()))', name);
  execute format('create policy updates on %s for update using (organization_id = (select kernel.organization()))', name);
  execute format('create policy deletes on %s for delete using (organization_id = (select kernel.organization()))', name);
end $$;
CREATE TABLE kernel.access (
    actor uuid NOT NULL,
    organization_id uuid NOT NULL,
    roles text[] NOT NULL
);
CREATE TABLE kernel.answer (
    organization_id uuid NOT NULL,
    actor uuid NOT NULL,
    key text NOT NULL,
    request text NOT NULL,
    status integer,
    body json,
    number bigint,
    expires_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY kernel.answer FORCE ROW LEVEL SECURITY;
CREATE TABLE kernel.ask (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    input json NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    tries integer DEFAULT 1 NOT NULL,
    status text DEFAULT 'running'::text NOT NULL,
    output json,
    number bigint,
    actor uuid,
    key text,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT ask_status_check CHECK ((status = ANY (ARRAY['running'::text, 'again'::text, 'done'::text, 'failed'::text])))
);
ALTER TABLE ONLY kernel.ask FORCE ROW LEVEL SECURITY;
CREATE TABLE kernel.credential (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    hash bytea NOT NULL,
    kind text NOT NULL,
    actor uuid NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamp with time zone,
    origins text[] DEFAULT '{}'::text[] NOT NULL
);
ALTER TABLE ONLY kernel.credential FORCE ROW LEVEL SECURITY;
CREATE TABLE kernel.organization (
    id uuid NOT NULL,
    operator boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE kernel.person (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    key bytea
);
ALTER TABLE ONLY kernel.person FORCE ROW LEVEL SECURITY;
CREATE TABLE kernel.secret (
    one boolean DEFAULT true NOT NULL,
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL,
    CONSTRAINT secret_one_check CHECK (one)
);
ALTER TABLE ONLY kernel.access
    ADD CONSTRAINT access_pkey PRIMARY KEY (actor, organization_id);
ALTER TABLE ONLY kernel.answer
    ADD CONSTRAINT answer_pkey PRIMARY KEY (organization_id, actor, key);
ALTER TABLE ONLY kernel.ask
    ADD CONSTRAINT ask_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY kernel.credential
    ADD CONSTRAINT credential_hash_key UNIQUE (hash);
ALTER TABLE ONLY kernel.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY kernel.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (id);
ALTER TABLE ONLY kernel.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY kernel.secret
    ADD CONSTRAINT secret_pkey PRIMARY KEY (one);
CREATE INDEX access_organization ON kernel.access USING btree (organization_id);
CREATE INDEX answer_expiry ON kernel.answer USING btree (expires_at);
CREATE INDEX ask_expiry ON kernel.ask USING btree (expires_at);
CREATE INDEX ask_failed ON kernel.ask USING btree (organization_id, id) WHERE (status = 'failed'::text);
CREATE INDEX ask_open ON kernel.ask USING btree (lease_until) WHERE (status = ANY (ARRAY['running'::text, 'again'::text]));
CREATE UNIQUE INDEX one_operator ON kernel.organization USING btree (operator) WHERE operator;
ALTER TABLE ONLY kernel.access
    ADD CONSTRAINT access_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES kernel.organization(id);
ALTER TABLE kernel.answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.ask ENABLE ROW LEVEL SECURITY;
CREATE POLICY carries ON kernel.answer TO {prefix}_carrier USING (true);
CREATE POLICY carries ON kernel.ask TO {prefix}_carrier USING (true);
CREATE POLICY carries ON kernel.credential FOR SELECT TO {prefix}_carrier USING (true);
ALTER TABLE kernel.credential ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON kernel.answer FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON kernel.ask FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON kernel.credential FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON kernel.person FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON kernel.answer FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON kernel.ask FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON kernel.credential FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON kernel.person FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE kernel.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON kernel.answer FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON kernel.ask FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON kernel.credential FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON kernel.person FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON kernel.answer FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON kernel.ask FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON kernel.credential FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON kernel.person FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
GRANT USAGE ON SCHEMA kernel TO PUBLIC;
GRANT USAGE ON SCHEMA kernel TO {prefix}_carrier;
GRANT USAGE ON SCHEMA kernel TO {prefix}_searcher;
REVOKE ALL ON FUNCTION kernel.actors() FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.admit(id uuid, operator boolean, at timestamp with time zone) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.allow(actor uuid, organization uuid, roles text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.begin(actor uuid, organization uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION kernel.begin(actor uuid, organization uuid) TO {prefix}_app;
REVOKE ALL ON FUNCTION kernel.enter(organization uuid, organizations text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.seal(organization text, organizations text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.serve(organization uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION kernel.serve(organization uuid) TO {prefix}_app;
REVOKE ALL ON FUNCTION kernel.tenant_table(name regclass) FROM PUBLIC;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kernel.access TO {prefix}_carrier;
GRANT SELECT,DELETE ON TABLE kernel.answer TO {prefix}_carrier;
GRANT SELECT,DELETE ON TABLE kernel.ask TO {prefix}_carrier;
GRANT UPDATE(lease_until) ON TABLE kernel.ask TO {prefix}_carrier;
GRANT SELECT ON TABLE kernel.credential TO {prefix}_carrier;
GRANT SELECT,INSERT ON TABLE kernel.organization TO {prefix}_carrier;
GRANT SELECT ON TABLE kernel.secret TO {prefix}_carrier;
