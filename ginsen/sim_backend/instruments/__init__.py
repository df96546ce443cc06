"""Virtual instruments: a command table beside an electrical model."""
