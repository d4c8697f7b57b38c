-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: conversations_202611301626
CREATE SCHEMA conversations;
CREATE TABLE conversations.allowance (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    subject text NOT NULL,
    used bigint NOT NULL
);
ALTER TABLE ONLY conversations.allowance FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.attachment (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    bytes integer NOT NULL,
    file text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY conversations.attachment FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.conversation (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    channel text NOT NULL,
    status text NOT NULL,
    config_id uuid NOT NULL,
    config_version integer NOT NULL,
    lineage uuid NOT NULL,
    person uuid NOT NULL,
    contact_id uuid,
    visitor_name text,
    taken_by uuid,
    callback boolean DEFAULT false NOT NULL,
    subject text,
    positions integer DEFAULT 0 NOT NULL,
    visitor_messages integer DEFAULT 0 NOT NULL,
    hour_began timestamp with time zone,
    hour_messages integer DEFAULT 0 NOT NULL,
    turn_message uuid,
    turn_until timestamp with time zone,
    waiting_since timestamp with time zone,
    started_at timestamp with time zone NOT NULL,
    last_message_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    identified boolean DEFAULT false NOT NULL,
    last_role text,
    last_line text,
    CONSTRAINT conversation_status_check CHECK ((status = ANY (ARRAY['open'::text, 'waiting'::text, 'taken'::text, 'ended'::text])))
);
ALTER TABLE ONLY conversations.conversation FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.handover (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    what text NOT NULL,
    actor uuid,
    reason text,
    after_position integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT handover_what_check CHECK ((what = ANY (ARRAY['requested'::text, 'taken'::text, 'returned'::text])))
);
ALTER TABLE ONLY conversations.handover FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.message (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    "position" integer NOT NULL,
    role text NOT NULL,
    content text NOT NULL,
    citations jsonb DEFAULT '[]'::jsonb NOT NULL,
    rich_content jsonb,
    actions jsonb DEFAULT '[]'::jsonb NOT NULL,
    grounded boolean,
    answered_by text,
    confidence double precision,
    config_version integer,
    ms integer,
    provider_ms integer,
    cost_usd double precision,
    in_answer_to uuid,
    author uuid,
    client_message_id text,
    answered boolean DEFAULT true NOT NULL,
    remembered boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone NOT NULL,
    attachments jsonb DEFAULT '[]'::jsonb NOT NULL,
    path jsonb,
    CONSTRAINT message_role_check CHECK ((role = ANY (ARRAY['visitor'::text, 'assistant'::text, 'person'::text, 'system'::text])))
);
ALTER TABLE ONLY conversations.message FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.note (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    author uuid NOT NULL,
    content text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY conversations.note FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.presence (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    until timestamp with time zone NOT NULL
);
ALTER TABLE ONLY conversations.presence FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY conversations.allowance
    ADD CONSTRAINT allowance_pkey PRIMARY KEY (organization_id, day, subject);
ALTER TABLE ONLY conversations.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.conversation
    ADD CONSTRAINT conversation_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.handover
    ADD CONSTRAINT handover_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.message
    ADD CONSTRAINT message_organization_id_conversation_id_position_key UNIQUE (organization_id, conversation_id, "position");
ALTER TABLE ONLY conversations.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.note
    ADD CONSTRAINT note_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX attachment_conversation ON conversations.attachment USING btree (organization_id, conversation_id, created_at);
CREATE INDEX conversation_contact ON conversations.conversation USING btree (organization_id, contact_id) WHERE (contact_id IS NOT NULL);
CREATE INDEX conversation_person ON conversations.conversation USING btree (organization_id, person);
CREATE INDEX conversation_recent ON conversations.conversation USING btree (organization_id, last_message_at DESC, id DESC);
CREATE INDEX conversation_recent_everywhere ON conversations.conversation USING btree (last_message_at DESC, id DESC);
CREATE INDEX conversation_taken_everywhere ON conversations.conversation USING btree (taken_by, last_message_at DESC, id DESC) WHERE (status = 'taken'::text);
CREATE INDEX conversation_version ON conversations.conversation USING btree (organization_id, config_id, config_version, channel, status);
CREATE INDEX conversation_waiting ON conversations.conversation USING btree (organization_id, waiting_since) WHERE (status = 'waiting'::text);
CREATE INDEX conversation_waiting_everywhere ON conversations.conversation USING btree (waiting_since, id) WHERE (status = 'waiting'::text);
CREATE INDEX handover_conversation ON conversations.handover USING btree (organization_id, conversation_id, after_position);
CREATE UNIQUE INDEX message_answer ON conversations.message USING btree (organization_id, in_answer_to) WHERE (role = 'assistant'::text);
CREATE UNIQUE INDEX message_client ON conversations.message USING btree (organization_id, conversation_id, client_message_id) WHERE (client_message_id IS NOT NULL);
CREATE INDEX message_new ON conversations.message USING btree (organization_id, conversation_id, "position") WHERE (NOT remembered);
CREATE INDEX note_conversation ON conversations.note USING btree (organization_id, conversation_id, created_at);
ALTER TABLE ONLY conversations.attachment
    ADD CONSTRAINT attachment_organization_id_conversation_id_fkey FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations.conversation(organization_id, id);
ALTER TABLE ONLY conversations.handover
    ADD CONSTRAINT handover_organization_id_conversation_id_fkey FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations.conversation(organization_id, id);
ALTER TABLE ONLY conversations.message
    ADD CONSTRAINT message_organization_id_conversation_id_fkey FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations.conversation(organization_id, id);
ALTER TABLE ONLY conversations.note
    ADD CONSTRAINT note_organization_id_conversation_id_fkey FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations.conversation(organization_id, id);
ALTER TABLE conversations.allowance ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.attachment ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.conversation ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON conversations.allowance FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.attachment FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.conversation FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.handover FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.message FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.note FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.presence FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE conversations.handover ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON conversations.allowance FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.attachment FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.conversation FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.handover FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.message FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.note FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.presence FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE conversations.message ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.note ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.presence ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON conversations.allowance FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.attachment FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.conversation FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.handover FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.message FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.note FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.presence FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON conversations.allowance FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.attachment FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.conversation FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.handover FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.message FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.note FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.presence FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
INSERT INTO public.alembic_version VALUES ('conversations_202611301626');
