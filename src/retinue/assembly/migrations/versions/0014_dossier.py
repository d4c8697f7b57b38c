"""Tables of dossier."""

revision = "0014_dossier"
down_revision = "0013_conversations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
