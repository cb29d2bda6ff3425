"""Runs the versions on the connection that `migrate` opened; Alembic executes this file."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from convisav_tui.store import models

assert models  # importing them fills the metadata, whose naming convention the versions use

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
