-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: contacts_202611301618
CREATE SCHEMA contacts;
CREATE TABLE contacts.contact (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    persons uuid[] NOT NULL,
    name text,
    source text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    merged_into uuid,
    head uuid,
    merged_by uuid,
    merged_at timestamp with time zone
);
ALTER TABLE ONLY contacts.contact FORCE ROW LEVEL SECURITY;
CREATE TABLE contacts.identity (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    shown text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    verified boolean DEFAULT false NOT NULL,
    verified_by uuid,
    verified_at timestamp with time zone,
    CONSTRAINT identity_kind_check CHECK ((kind = ANY (ARRAY['email'::text, 'phone'::text, 'visitor'::text, 'account'::text])))
);
ALTER TABLE ONLY contacts.identity FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY contacts.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY contacts.identity
    ADD CONSTRAINT identity_organization_id_contact_id_kind_value_key UNIQUE (organization_id, contact_id, kind, value);
ALTER TABLE ONLY contacts.identity
    ADD CONSTRAINT identity_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX contact_head ON contacts.contact USING btree (organization_id, head) WHERE (head IS NOT NULL);
CREATE INDEX contact_merged ON contacts.contact USING btree (organization_id, merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX contact_persons ON contacts.contact USING gin (persons);
CREATE INDEX identity_value ON contacts.identity USING btree (organization_id, kind, value);
CREATE UNIQUE INDEX identity_verified ON contacts.identity USING btree (organization_id, kind, value) WHERE verified;
ALTER TABLE ONLY contacts.contact
    ADD CONSTRAINT contact_organization_id_head_fkey FOREIGN KEY (organization_id, head) REFERENCES contacts.contact(organization_id, id);
ALTER TABLE ONLY contacts.contact
    ADD CONSTRAINT contact_organization_id_merged_into_fkey FOREIGN KEY (organization_id, merged_into) REFERENCES contacts.contact(organization_id, id);
ALTER TABLE ONLY contacts.identity
    ADD CONSTRAINT identity_organization_id_contact_id_fkey FOREIGN KEY (organization_id, contact_id) REFERENCES contacts.contact(organization_id, id) ON DELETE CASCADE;
ALTER TABLE contacts.contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON contacts.contact FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON contacts.identity FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE contacts.identity ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON contacts.contact FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON contacts.identity FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON contacts.contact FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON contacts.identity FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON contacts.contact FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON contacts.identity FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
INSERT INTO public.alembic_version VALUES ('contacts_202611301618');
