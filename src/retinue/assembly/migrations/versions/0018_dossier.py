"""A moment says one line more, and what it is about."""

from alembic import op

revision = "0018_dossier"
down_revision = "0017_llm"
branch_labels = None
depends_on = None

SQL = r"""
truncate dossier.fact, dossier.moment; -- 0019 makes the projection begin again
alter table dossier.moment add column detail text, add column subject_type text, add column subject_id uuid;
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("alter table dossier.moment drop column detail, drop column subject_type, drop column subject_id")
