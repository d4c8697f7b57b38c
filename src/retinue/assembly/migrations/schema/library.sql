-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: 0033_copilot
CREATE SCHEMA library;
CREATE TABLE library.batch (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    completed boolean NOT NULL,
    announced boolean NOT NULL
);
ALTER TABLE ONLY library.batch FORCE ROW LEVEL SECURITY;
CREATE TABLE library.intake (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    research_job_id uuid,
    key text NOT NULL,
    name text NOT NULL,
    namespace text NOT NULL,
    title text NOT NULL,
    url text,
    document_kind text NOT NULL,
    media_type text,
    content_file text,
    text_file text,
    metadata jsonb NOT NULL,
    strategy text NOT NULL,
    chunk_size integer NOT NULL,
    lineage uuid NOT NULL,
    status text NOT NULL,
    chunks integer NOT NULL,
    changed boolean NOT NULL,
    reason text,
    next text,
    document_id uuid,
    created_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone
);
ALTER TABLE ONLY library.intake FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY library.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY library.intake
    ADD CONSTRAINT intake_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX intake_batch ON library.intake USING btree (organization_id, research_job_id, status);
CREATE INDEX intake_key ON library.intake USING btree (organization_id, namespace, key, id);
CREATE UNIQUE INDEX intake_once ON library.intake USING btree (organization_id, research_job_id, key) WHERE (research_job_id IS NOT NULL);
ALTER TABLE library.batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON library.batch FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON library.intake FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON library.batch FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON library.intake FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE library.intake ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON library.batch FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON library.intake FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON library.batch FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON library.intake FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
