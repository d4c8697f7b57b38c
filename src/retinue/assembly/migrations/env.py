"""Alembic's entry: one connection as the owner, one transaction for each revision."""

import psycopg
from alembic import context
from sqlalchemy import create_engine, pool

url = context.config.attributes["url"]  # as libpq takes it, in either of its forms
with create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, version_table_schema="public", transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
