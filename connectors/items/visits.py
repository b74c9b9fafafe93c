"""Visits that a village child director reports by the item's short number, without seeing anything of the item."""

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.items.papers import VisitPaper


def report_visit(console: Console, account: Account, number: str, paper: VisitPaper, proof: str) -> bool:
    """Record a visit; returns whether it was sent (else it waits to be)."""
    raise NotImplementedError
