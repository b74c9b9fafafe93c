"""Ratios measured in one run on the same work."""
