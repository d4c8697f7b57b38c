"""Tables of research."""

revision = "0005_research"
down_revision = "0004_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
