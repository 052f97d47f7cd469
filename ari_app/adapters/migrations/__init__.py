"""How do the catalogue's tables come from one version's shape to the next? Alembic runs these at the start."""
