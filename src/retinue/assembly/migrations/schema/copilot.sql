-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: 0033_copilot
CREATE SCHEMA copilot;
CREATE TABLE copilot.seen (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    seen_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY copilot.seen FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY copilot.seen
    ADD CONSTRAINT seen_pkey PRIMARY KEY (organization_id, id);
CREATE POLICY deletes ON copilot.seen FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON copilot.seen FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON copilot.seen FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
ALTER TABLE copilot.seen ENABLE ROW LEVEL SECURITY;
CREATE POLICY updates ON copilot.seen FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
