"""Public keys of widgets: they are no secrets, so the line to paste can be shown again."""

from alembic import op

revision = "0025_identity_widgets"
down_revision = "0024_kernel_origins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table identity.api_key add column origins text[] not null default '{}', add column public_key text")


def downgrade() -> None:
    op.execute("alter table identity.api_key drop column origins, drop column public_key")
