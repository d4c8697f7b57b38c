"""Three toy rooms on which the kernel's promises are tried."""

from kernel.toys import toy_billing, toy_calls, toy_dossier

ROOMS = (toy_calls.room, toy_billing.room, toy_dossier.room)
HANDLERS = {room.name: room.handlers for room in ROOMS if room.handlers.by_kind}

SCHEMA = """
create schema toy_calls; create schema toy_billing; create schema toy_dossier;
create table toy_calls.call (organization_id uuid, id uuid, person uuid, caller text, minutes int not null, summary text,
                             primary key (organization_id, id));
create table toy_billing.line (organization_id uuid, call_id uuid, number bigint, minutes int, seq bigint generated always as identity);
create index on toy_billing.line (organization_id, number);
create table toy_dossier.entry (organization_id uuid, key text, value jsonb, number bigint not null, primary key (organization_id, key));
select kernel.tenant_table(t) from unnest(array['toy_calls.call', 'toy_billing.line', 'toy_dossier.entry']::regclass[]) t;
"""
