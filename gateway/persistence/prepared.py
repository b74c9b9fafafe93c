"""Statements that every request runs, as both programs write them."""

from hosting.database.prepared import Prepared, Row

__all__ = ["Prepared", "Row"]
