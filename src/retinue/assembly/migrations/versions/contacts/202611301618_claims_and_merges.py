"""An address that nobody proved is a claim, and contacts may be merged and separated again."""

from alembic import op

revision = "contacts_202611301618"
down_revision = "0033_copilot"
branch_labels = ("contacts",)
depends_on = None  # a revision of another schema that must come before, if there is one

SQL = r"""
alter table contacts.identity add column verified boolean not null default false, add column verified_by uuid, add column verified_at timestamptz;
-- Rewrites the rows without reading them as a tenant would: an account was always signed.
alter table contacts.identity alter column verified type boolean using kind in ('account', 'visitor');
comment on column contacts.identity.verified is 'somebody proved whose it is: the client''s site signed it, a provider delivered from it, or verified_by said so; else a claim';
alter table contacts.identity drop constraint identity_organization_id_kind_value_key, add unique (organization_id, contact_id, kind, value);
drop index contacts.identity_contact;
create unique index identity_verified on contacts.identity (organization_id, kind, value) where verified;
create index identity_value on contacts.identity (organization_id, kind, value);

alter table contacts.contact add column merged_into uuid, add column head uuid, add column merged_by uuid, add column merged_at timestamptz,
  add foreign key (organization_id, merged_into) references contacts.contact, add foreign key (organization_id, head) references contacts.contact;
comment on column contacts.contact.merged_into is 'staff said that it is the same person; what each had stays its own, so that separating gives it back';
comment on column contacts.contact.head is 'the end of the way along merged_into; null for one that is merged into nobody';
create index contact_head on contacts.contact (organization_id, head) where head is not null;
create index contact_merged on contacts.contact (organization_id, merged_into) where merged_into is not null;
"""
BACK = r"""
alter table contacts.contact drop column merged_into, drop column head, drop column merged_by, drop column merged_at;
drop index contacts.identity_verified; drop index contacts.identity_value;
alter table contacts.identity drop constraint identity_organization_id_contact_id_kind_value_key,
  drop column verified, drop column verified_by, drop column verified_at;
create index identity_contact on contacts.identity (organization_id, contact_id);
delete from contacts.identity a using contacts.identity b where (a.organization_id, a.kind, a.value) = (b.organization_id, b.kind, b.value) and a.id > b.id;
alter table contacts.identity add unique (organization_id, kind, value);
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute(BACK)
