"""Decides, matches, relays, logs. Sees no identifier and no value in clear."""
