-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
CREATE SCHEMA governance;
CREATE TABLE governance.audit (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor uuid,
    purpose text NOT NULL,
    lineage uuid,
    kind text NOT NULL,
    target text NOT NULL,
    outcome text NOT NULL,
    digest text NOT NULL,
    rules text[] NOT NULL,
    reasons text[] NOT NULL,
    input_tokens integer NOT NULL,
    output_tokens integer NOT NULL,
    cost_usd double precision,
    ms double precision NOT NULL
);
ALTER TABLE ONLY governance.audit FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY governance.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX audit_recent ON governance.audit USING btree (at DESC, id DESC);
ALTER TABLE governance.audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON governance.audit FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON governance.audit FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON governance.audit FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON governance.audit FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
