-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: 0033_copilot
CREATE SCHEMA configurations;
CREATE TABLE configurations.generation (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    requirements_id uuid NOT NULL,
    requirements_version integer NOT NULL,
    document_file text NOT NULL,
    automatic boolean NOT NULL,
    lineage uuid,
    number bigint NOT NULL,
    status text NOT NULL,
    config_id uuid,
    version integer,
    reason text,
    next text,
    created_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone
);
ALTER TABLE ONLY configurations.generation FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY configurations.generation
    ADD CONSTRAINT generation_organization_id_requirements_id_requirements_ver_key UNIQUE (organization_id, requirements_id, requirements_version);
ALTER TABLE ONLY configurations.generation
    ADD CONSTRAINT generation_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX generation_number ON configurations.generation USING btree (organization_id, number);
CREATE POLICY deletes ON configurations.generation FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE configurations.generation ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON configurations.generation FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON configurations.generation FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON configurations.generation FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
