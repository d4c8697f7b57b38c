"""Tables of configs."""

revision = "0009_configs"
down_revision = "0008_requirements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
