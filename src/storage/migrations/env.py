"""What Alembic runs for each upgrade: our connection, our transaction, DDL undone with the rest."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # SQLite can undo DDL as long as nobody commits behind its back, and `database.py` sees to that.
    transactional_ddl=True,
    # SQLite cannot alter most of a column; batch mode copies the table instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
