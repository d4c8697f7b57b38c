-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: 0033_copilot
CREATE SCHEMA dialogue;
CREATE TABLE dialogue.checkpoint (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    thread_id uuid NOT NULL,
    namespace text NOT NULL,
    checkpoint_id text NOT NULL,
    parent_id text,
    kind text NOT NULL,
    body bytea NOT NULL,
    metadata_kind text NOT NULL,
    metadata bytea NOT NULL,
    writes jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY dialogue.checkpoint FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY dialogue.checkpoint
    ADD CONSTRAINT checkpoint_organization_id_thread_id_namespace_checkpoint_i_key UNIQUE (organization_id, thread_id, namespace, checkpoint_id);
ALTER TABLE ONLY dialogue.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE dialogue.checkpoint ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON dialogue.checkpoint FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON dialogue.checkpoint FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON dialogue.checkpoint FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON dialogue.checkpoint FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
