"""Tables of library."""

revision = "0007_library"
down_revision = "0006_knowledge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
