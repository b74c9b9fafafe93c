"""The other offices: what they are called, which fit into a seat, and whose keys are believed to be theirs."""

from connectors.console.context import Console
from schemas.faults import Wording


def offices_for(console: Console, workflow: str, seat: str) -> tuple[tuple[str, Wording], ...]:
    """Return the registered members that fit into a seat as (agency, name), those of the own region first."""
    raise NotImplementedError
