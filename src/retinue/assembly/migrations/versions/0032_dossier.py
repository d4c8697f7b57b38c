"""What an event led to is found by its cause."""

from alembic import op

revision = "0032_dossier"
down_revision = "0031_attempts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index moment_cause on dossier.moment (organization_id, cause) where cause is not null")


def downgrade() -> None:
    op.execute("drop index dossier.moment_cause")
