-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: 0033_copilot
CREATE SCHEMA configs;
CREATE TABLE configs.deployment (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    config_id uuid NOT NULL,
    environment text NOT NULL,
    version integer NOT NULL,
    previous_version integer,
    deployed_by uuid,
    deployed_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY configs.deployment FORCE ROW LEVEL SECURITY;
CREATE TABLE configs.version (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    config_id uuid NOT NULL,
    version integer NOT NULL,
    product_type text NOT NULL,
    body jsonb NOT NULL,
    body_hash text NOT NULL,
    message text NOT NULL,
    requirements_id uuid,
    answered_by text NOT NULL,
    lineage uuid,
    created_by uuid,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY configs.version FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY configs.deployment
    ADD CONSTRAINT deployment_organization_id_config_id_environment_key UNIQUE (organization_id, config_id, environment);
ALTER TABLE ONLY configs.deployment
    ADD CONSTRAINT deployment_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY configs.version
    ADD CONSTRAINT version_organization_id_config_id_version_key UNIQUE (organization_id, config_id, version);
ALTER TABLE ONLY configs.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY configs.deployment
    ADD CONSTRAINT deployment_organization_id_config_id_version_fkey FOREIGN KEY (organization_id, config_id, version) REFERENCES configs.version(organization_id, config_id, version);
CREATE POLICY deletes ON configs.deployment FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON configs.version FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE configs.deployment ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON configs.deployment FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON configs.version FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON configs.deployment FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON configs.version FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON configs.deployment FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON configs.version FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE configs.version ENABLE ROW LEVEL SECURITY;
