"""Alerts: rules as data, and pure evaluation on rows of the log. Nothing here reads a database, a clock or a name."""
