"""How does Alembic run a migration here? On the connection that it is given, whose transaction is somebody else's."""

from __future__ import annotations

from alembic import context

from ari_app.adapters.catalogue_tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
