"""Tables of configurations."""

revision = "0010_configurations"
down_revision = "0009_configs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
