-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: identity_202611301619
CREATE SCHEMA identity;
CREATE TABLE identity.api_key (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    prefix text NOT NULL,
    scopes text[] NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    origins text[] DEFAULT '{}'::text[] NOT NULL,
    public_key text,
    CONSTRAINT api_key_kind_check CHECK ((kind = ANY (ARRAY['key'::text, 'widget'::text])))
);
ALTER TABLE ONLY identity.api_key FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.assignment (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    client_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    role text NOT NULL,
    stage text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    until timestamp with time zone,
    stands_in_for uuid,
    assigned_by uuid
);
ALTER TABLE ONLY identity.assignment FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.attempt (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    subject bytea NOT NULL,
    count integer NOT NULL,
    started_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY identity.attempt FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.attendant (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    ended boolean DEFAULT false NOT NULL
);
ALTER TABLE ONLY identity.attendant FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.client (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    slug text NOT NULL,
    website text,
    status text NOT NULL,
    claim_hash bytea,
    claim_expires_at timestamp with time zone NOT NULL,
    assigned_to uuid NOT NULL,
    contact_email text,
    contact_id uuid NOT NULL,
    lineage uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT client_status_check CHECK ((status = ANY (ARRAY['unclaimed'::text, 'claimed'::text, 'expired'::text])))
);
ALTER TABLE ONLY identity.client FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.one_time (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
ALTER TABLE ONLY identity.one_time FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.organization (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    operator boolean NOT NULL,
    claimed_by uuid,
    created_at timestamp with time zone NOT NULL,
    lead uuid,
    CONSTRAINT organization_check CHECK ((id = organization_id))
);
ALTER TABLE ONLY identity.organization FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.refresh_token (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    family uuid NOT NULL,
    user_id uuid NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone
);
ALTER TABLE ONLY identity.refresh_token FORCE ROW LEVEL SECURITY;
CREATE TABLE identity."user" (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone
);
ALTER TABLE ONLY identity."user" FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY identity.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.attempt
    ADD CONSTRAINT attempt_organization_id_subject_key UNIQUE (organization_id, subject);
ALTER TABLE ONLY identity.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.attendant
    ADD CONSTRAINT attendant_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.client
    ADD CONSTRAINT client_claim_hash_key UNIQUE (claim_hash);
ALTER TABLE ONLY identity.client
    ADD CONSTRAINT client_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.one_time
    ADD CONSTRAINT one_time_hash_key UNIQUE (hash);
ALTER TABLE ONLY identity.one_time
    ADD CONSTRAINT one_time_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.refresh_token
    ADD CONSTRAINT refresh_token_hash_key UNIQUE (hash);
ALTER TABLE ONLY identity.refresh_token
    ADD CONSTRAINT refresh_token_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity."user"
    ADD CONSTRAINT user_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX assignment_client ON identity.assignment USING btree (organization_id, client_id);
CREATE UNIQUE INDEX assignment_open ON identity.assignment USING btree (organization_id, agent_id, client_id, role) WHERE (ended_at IS NULL);
CREATE INDEX client_load ON identity.client USING btree (organization_id, assigned_to);
CREATE UNIQUE INDEX client_name ON identity.client USING btree (organization_id, name_key, COALESCE(website, ''::text));
CREATE UNIQUE INDEX client_slug ON identity.client USING btree (organization_id, slug);
CREATE INDEX client_unclaimed ON identity.client USING btree (organization_id, claim_expires_at) WHERE (status = 'unclaimed'::text);
CREATE INDEX one_time_user ON identity.one_time USING btree (organization_id, user_id);
CREATE INDEX refresh_token_family ON identity.refresh_token USING btree (organization_id, family);
CREATE INDEX refresh_token_user ON identity.refresh_token USING btree (organization_id, user_id);
CREATE UNIQUE INDEX user_email ON identity."user" USING btree (lower(email));
ALTER TABLE ONLY identity.assignment
    ADD CONSTRAINT assignment_organization_id_agent_id_fkey FOREIGN KEY (organization_id, agent_id) REFERENCES identity."user"(organization_id, id);
ALTER TABLE ONLY identity.assignment
    ADD CONSTRAINT assignment_organization_id_client_id_fkey FOREIGN KEY (organization_id, client_id) REFERENCES identity.client(organization_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY identity.client
    ADD CONSTRAINT client_organization_id_assigned_to_fkey FOREIGN KEY (organization_id, assigned_to) REFERENCES identity."user"(organization_id, id);
ALTER TABLE ONLY identity.one_time
    ADD CONSTRAINT one_time_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES identity."user"(organization_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY identity.refresh_token
    ADD CONSTRAINT refresh_token_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES identity."user"(organization_id, id) ON DELETE CASCADE;
ALTER TABLE identity.api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.attendant ENABLE ROW LEVEL SECURITY;
CREATE POLICY carries ON identity.api_key TO {prefix}_carrier USING (true);
CREATE POLICY carries ON identity.client FOR SELECT TO {prefix}_carrier USING (true);
CREATE POLICY carries ON identity.one_time FOR SELECT TO {prefix}_carrier USING (true);
CREATE POLICY carries ON identity.refresh_token FOR SELECT TO {prefix}_carrier USING (true);
CREATE POLICY carries ON identity."user" FOR SELECT TO {prefix}_carrier USING (true);
ALTER TABLE identity.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON identity.api_key FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.assignment FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.attempt FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.attendant FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.client FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.one_time FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.organization FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.refresh_token FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity."user" FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.api_key FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.assignment FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.attempt FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.attendant FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.client FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.one_time FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.organization FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.refresh_token FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity."user" FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE identity.one_time ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON identity.api_key FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.assignment FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.attempt FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.attendant FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.client FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.one_time FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.organization FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.refresh_token FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity."user" FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
ALTER TABLE identity.refresh_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY updates ON identity.api_key FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.assignment FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.attempt FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.attendant FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.client FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.one_time FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.organization FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.refresh_token FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity."user" FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE identity."user" ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA identity TO {prefix}_carrier;
GRANT SELECT ON TABLE identity.api_key TO {prefix}_carrier;
GRANT UPDATE(last_used_at) ON TABLE identity.api_key TO {prefix}_carrier;
GRANT SELECT ON TABLE identity.client TO {prefix}_carrier;
GRANT SELECT ON TABLE identity.one_time TO {prefix}_carrier;
GRANT SELECT ON TABLE identity.refresh_token TO {prefix}_carrier;
GRANT SELECT ON TABLE identity."user" TO {prefix}_carrier;
INSERT INTO public.alembic_version VALUES ('identity_202611301619');
