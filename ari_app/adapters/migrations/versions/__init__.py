"""Which shapes have the catalogue's tables had? One file a change, never altered afterwards."""
