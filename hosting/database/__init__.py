"""Statements that a database's driver runs as they are, for what every request does. Knows neither program's tables."""
