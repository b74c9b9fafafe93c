"""What officers do with items: open one, take a step. Kept here first, then sent: nothing is lost meanwhile."""

from collections.abc import Mapping

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.items.papers import Paper
from schemas.workflows.events import Reporter


def open_item(
    console: Console,
    account: Account,
    workflow: str,
    seats: Mapping[str, str],
    own: Paper,
    papers: Mapping[str, Paper],
    *,
    school: str | None = None,
    reporter: Reporter | None = None,
) -> str:
    """Open an item and return its id."""
    raise NotImplementedError


def take_step(  # noqa: PLR0913 - one parameter for each thing that a step can say
    console: Console,
    account: Account,
    item: str,
    transition: str,
    *,
    reason: str | None = None,
    next_office: str | None = None,
    proof: str | None = None,
    papers: Mapping[str, Paper] | None = None,
    own: Paper | None = None,
) -> None:
    """Take a step of an item.

    A paper given as `own` alone also goes to the office that the step concerns: see `addressing`.
    """
    raise NotImplementedError
