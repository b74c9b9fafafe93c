"""From an agency's register to the index of an agreement at the gateway."""
