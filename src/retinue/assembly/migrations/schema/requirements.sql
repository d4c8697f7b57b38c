-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: 0033_copilot
CREATE SCHEMA requirements;
CREATE TABLE requirements.claim (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    research_job_id uuid NOT NULL,
    number bigint NOT NULL,
    place integer NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    quote text NOT NULL,
    source_url text NOT NULL,
    confidence double precision NOT NULL,
    inferred boolean NOT NULL,
    basis text
);
ALTER TABLE ONLY requirements.claim FORCE ROW LEVEL SECURITY;
CREATE TABLE requirements.client (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    number bigint NOT NULL
);
ALTER TABLE ONLY requirements.client FORCE ROW LEVEL SECURITY;
CREATE TABLE requirements.document (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    research_job_id uuid NOT NULL,
    confirmed_by uuid NOT NULL,
    status text NOT NULL,
    version integer NOT NULL,
    body jsonb NOT NULL,
    summary text NOT NULL,
    items integer NOT NULL,
    answered_by text NOT NULL,
    confidence double precision NOT NULL,
    claims_hash text NOT NULL,
    drafted_hash text NOT NULL,
    document_file text NOT NULL,
    lineage uuid NOT NULL,
    automatic boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    updated_by uuid,
    approved_at timestamp with time zone,
    approved_by uuid,
    drafted jsonb
);
ALTER TABLE ONLY requirements.document FORCE ROW LEVEL SECURITY;
CREATE TABLE requirements.research (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    source text,
    expected integer,
    number bigint,
    lineage uuid,
    status text NOT NULL,
    requirements_id uuid,
    reason text,
    next text,
    settled_at timestamp with time zone
);
ALTER TABLE ONLY requirements.research FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY requirements.claim
    ADD CONSTRAINT claim_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY requirements.client
    ADD CONSTRAINT client_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY requirements.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY requirements.research
    ADD CONSTRAINT research_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX claim_research ON requirements.claim USING btree (organization_id, research_job_id, number, place);
CREATE UNIQUE INDEX document_approved ON requirements.document USING btree (organization_id) WHERE (status = 'approved'::text);
CREATE INDEX document_newest ON requirements.document USING btree (id);
CREATE UNIQUE INDEX document_of_research ON requirements.document USING btree (organization_id, research_job_id);
CREATE INDEX research_number ON requirements.research USING btree (organization_id, number);
ALTER TABLE requirements.claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE requirements.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON requirements.claim FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON requirements.client FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON requirements.document FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON requirements.research FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE requirements.document ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON requirements.claim FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON requirements.client FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON requirements.document FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON requirements.research FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON requirements.claim FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON requirements.client FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON requirements.document FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON requirements.research FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
ALTER TABLE requirements.research ENABLE ROW LEVEL SECURITY;
CREATE POLICY updates ON requirements.claim FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON requirements.client FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON requirements.document FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON requirements.research FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
