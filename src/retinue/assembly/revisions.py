"""Each schema's own history of revisions: adds one (`python -m retinue.assembly.revisions SCHEMA WORDS…`), and says what is wrong with them."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from retinue.assembly.install import MIGRATIONS, VERSIONS, alembic, revision_of, trunk

FILE = """\"\"\"{sentence}.\"\"\"

from alembic import op

revision = "{revision}"
down_revision = "{follows}"
branch_labels = {labels}
depends_on = None  # a revision of another schema that must come before, if there is one

SQL = r\"\"\"
{sql}
\"\"\"
BACK = r\"\"\"
{back}
\"\"\"


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute(BACK)
"""


def history(schema: str, versions: Path = VERSIONS) -> list[Path]:
    return sorted((versions / schema).glob("2*.py"))


def add(schema: str, words: str, at: datetime, versions: Path = VERSIONS) -> Path:
    """An empty revision at the end of the schema's history."""
    before = history(schema, versions)
    path = versions / schema / f"{at:%Y%m%d%H%M}_{'_'.join(words.lower().split())}.py"
    path.parent.mkdir(exist_ok=True)
    new = not before and not (versions.parent / "schema" / f"{schema}.sql").exists()
    path.write_text(
        FILE.format(
            sentence=words[0].upper() + words[1:],
            revision=revision_of(path),
            follows=revision_of(before[-1]) if before else trunk(versions),
            labels="None" if before else f'("{schema}",)',
            sql=f"create schema {schema};" if new else "",
            back=f"drop schema {schema} cascade;" if new else "",
        )
    )
    return path


def faults(migrations: Path = MIGRATIONS) -> list[str]:
    """What keeps each schema's history from being one line, and how to mend it."""
    from alembic.script import ScriptDirectory

    versions = migrations / "versions"
    known = {Path(script.path): script for script in ScriptDirectory.from_config(alembic(migrations)).walk_revisions()}
    found: list[str] = []
    for schema in sorted(folder.name for folder in versions.iterdir() if folder.is_dir()):
        last: Path | None = None
        for path in history(schema, versions):
            named, follows, labels = revision_of(path), revision_of(last) if last else trunk(versions), set() if last else {schema}
            name = f"{schema}/{path.name}"
            script = known.get(path)
            if script is None or script.revision != named:
                found.append(f'{name}: its time is another\'s or is not in its name: write revision = "{named}", with a time that is free.')
            elif script.down_revision != follows:
                found.append(f'{name}: write down_revision = "{follows}", which is the one before it by time; then `make schema`.')
            elif set(script.module.branch_labels or ()) != labels:
                found.append(f"{name}: write branch_labels = {tuple(labels) or None}: the first of a schema names the branch.")
            last = path
    return found


def main() -> None:
    schema, *words = sys.argv[1:]
    sys.stdout.write(f"{add(schema, ' '.join(words), datetime.now(UTC))}\n")


if __name__ == "__main__":
    main()
