"""The laboratory that is not there, reached through PyVISA only."""
