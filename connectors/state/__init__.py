"""What a connector remembers, in its own database inside the agency."""
