"""Counts, durations and figures for Prometheus (text format 0.0.4); no label is ever anybody's identifier."""
