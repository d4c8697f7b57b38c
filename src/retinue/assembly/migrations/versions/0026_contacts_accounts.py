"""A contact may be known by their account on the client's own site."""

from alembic import op

revision = "0026_contacts_accounts"
down_revision = "0025_identity_widgets"
branch_labels = None
depends_on = None
KINDS = "alter table contacts.identity drop constraint identity_kind_check, add constraint identity_kind_check check (kind in ({}))"


def upgrade() -> None:
    op.execute(KINDS.format("'email', 'phone', 'visitor', 'account'"))


def downgrade() -> None:
    op.execute("delete from contacts.identity where kind = 'account'")
    op.execute(KINDS.format("'email', 'phone', 'visitor'"))
