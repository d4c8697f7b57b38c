-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: governance_202611301625
CREATE SCHEMA governance;
CREATE FUNCTION governance.borrow(on_day date, who uuid, cost bigint, wanted bigint, cap bigint, at timestamp with time zone, until timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare mine uuid := kernel.organization(); gone bigint; lent bigint; granted bigint; begin
  if cost < 0 or wanted < 0 then raise exception 'money is not made here'; end if;
  insert into governance.spending (organization_id, day, micros) values (mine, on_day, 0) on conflict do nothing;
  update governance.spending s set micros = s.micros + cost where (s.organization_id, s.day) = (mine, on_day) returning s.micros into gone;
  delete from governance.lease l where l.organization_id = mine and (l.expires_at <= at or (l.day, l.holder) = (on_day, who));
  select coalesce(sum(l.micros), 0) into lent from governance.lease l where (l.organization_id, l.day) = (mine, on_day);
  granted := greatest(0, least(wanted, cap - gone - lent));
  if granted > 0 then insert into governance.lease values (mine, on_day, who, granted, until); end if;
  return granted;
end $$;
ALTER FUNCTION governance.borrow(on_day date, who uuid, cost bigint, wanted bigint, cap bigint, at timestamp with time zone, until timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION governance.reached(on_day date, at timestamp with time zone) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with told as (update governance.spending s set told_at = at
    where (s.organization_id, s.day) = (kernel.organization(), on_day) and s.told_at is null returning 1)
  select exists (select from told) $$;
ALTER FUNCTION governance.reached(on_day date, at timestamp with time zone) OWNER TO {prefix}_carrier;
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
CREATE TABLE governance.lease (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    holder uuid NOT NULL,
    micros bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT lease_micros_check CHECK ((micros >= 0))
);
ALTER TABLE ONLY governance.lease FORCE ROW LEVEL SECURITY;
CREATE TABLE governance.spending (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    micros bigint NOT NULL,
    told_at timestamp with time zone,
    CONSTRAINT spending_micros_check CHECK ((micros >= 0))
);
ALTER TABLE ONLY governance.spending FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY governance.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY governance.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (organization_id, day, holder);
ALTER TABLE ONLY governance.spending
    ADD CONSTRAINT spending_pkey PRIMARY KEY (organization_id, day);
CREATE INDEX audit_recent ON governance.audit USING btree (at DESC, id DESC);
ALTER TABLE governance.audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON governance.audit FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON governance.lease FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON governance.spending FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON governance.audit FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON governance.lease FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON governance.spending FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE governance.lease ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON governance.audit FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON governance.lease FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON governance.spending FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
ALTER TABLE governance.spending ENABLE ROW LEVEL SECURITY;
CREATE POLICY updates ON governance.audit FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON governance.lease FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON governance.spending FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
GRANT USAGE ON SCHEMA governance TO {prefix}_carrier;
REVOKE ALL ON FUNCTION governance.borrow(on_day date, who uuid, cost bigint, wanted bigint, cap bigint, at timestamp with time zone, until timestamp with time zone) FROM PUBLIC;
REVOKE ALL ON FUNCTION governance.reached(on_day date, at timestamp with time zone) FROM PUBLIC;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE governance.lease TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE governance.spending TO {prefix}_carrier;
INSERT INTO public.alembic_version VALUES ('governance_202611301625');
