"""Tables of requirements."""

revision = "0008_requirements"
down_revision = "0007_library"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
