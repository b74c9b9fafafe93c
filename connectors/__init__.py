"""Runs inside an agency; the only code that sees identifiers in clear."""
