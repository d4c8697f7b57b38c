"""Tables of copilot."""

revision = "0015_copilot"
down_revision = "0014_dossier"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
