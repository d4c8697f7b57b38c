-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: 0033_copilot
CREATE SCHEMA research;
CREATE TABLE research.claim (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    job_id uuid NOT NULL,
    "position" integer NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    source_url text NOT NULL,
    quote text NOT NULL,
    start integer,
    "end" integer,
    fetched_at timestamp with time zone NOT NULL,
    confidence double precision NOT NULL,
    in_markup boolean NOT NULL,
    inferred boolean NOT NULL,
    basis text
);
ALTER TABLE ONLY research.claim FORCE ROW LEVEL SECURITY;
CREATE TABLE research.job (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    source text NOT NULL,
    status text NOT NULL,
    pages integer NOT NULL,
    refused integer NOT NULL,
    expected integer NOT NULL,
    claims integer NOT NULL,
    reason text,
    next text,
    answered_by text,
    lineage uuid NOT NULL,
    created_by uuid,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    completed_at timestamp with time zone
);
ALTER TABLE ONLY research.job FORCE ROW LEVEL SECURITY;
CREATE TABLE research.page (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    job_id uuid NOT NULL,
    "position" integer NOT NULL,
    asked text NOT NULL,
    url text NOT NULL,
    depth integer NOT NULL,
    links jsonb NOT NULL,
    status text NOT NULL,
    title text NOT NULL,
    kind text,
    content_file text,
    text_file text,
    characters integer NOT NULL,
    etag text,
    last_modified text,
    sha256 text,
    reason text,
    next text,
    fetched_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY research.page FORCE ROW LEVEL SECURITY;
CREATE TABLE research.upload (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    content_file text NOT NULL,
    media_type text,
    size integer NOT NULL,
    job_id uuid,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY research.upload FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY research.claim
    ADD CONSTRAINT claim_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY research.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY research.page
    ADD CONSTRAINT page_organization_id_job_id_asked_key UNIQUE (organization_id, job_id, asked);
ALTER TABLE ONLY research.page
    ADD CONSTRAINT page_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY research.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX claim_job ON research.claim USING btree (organization_id, job_id, "position");
CREATE INDEX job_recent ON research.job USING btree (id DESC);
CREATE INDEX job_source ON research.job USING btree (organization_id, source, created_at DESC);
CREATE INDEX upload_job ON research.upload USING btree (organization_id, job_id);
ALTER TABLE ONLY research.claim
    ADD CONSTRAINT claim_organization_id_job_id_fkey FOREIGN KEY (organization_id, job_id) REFERENCES research.job(organization_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY research.page
    ADD CONSTRAINT page_organization_id_job_id_fkey FOREIGN KEY (organization_id, job_id) REFERENCES research.job(organization_id, id) ON DELETE CASCADE;
ALTER TABLE research.claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON research.claim FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON research.job FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON research.page FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON research.upload FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON research.claim FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON research.job FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON research.page FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON research.upload FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE research.job ENABLE ROW LEVEL SECURITY;
ALTER TABLE research.page ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON research.claim FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON research.job FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON research.page FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON research.upload FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON research.claim FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON research.job FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON research.page FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON research.upload FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE research.upload ENABLE ROW LEVEL SECURITY;
