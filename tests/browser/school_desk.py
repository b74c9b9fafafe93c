"""A county bureau's served console, with the other offices and the gateway simulated in the same process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.web.app import create_console_app
from tests.browser.served_pages import ServedPages, served
from tests.item_offices import ItemRelay, opened_offices
from tests.unit.connectors.dropouts.absences import BUREAU


@dataclass(kw_only=True)
class SchoolDesk(ServedPages):
    """The served console and what stands behind it."""

    relay: ItemRelay


@contextmanager
def served_bureau(folder: Path) -> Iterator[SchoolDesk]:
    """Serve the console until the block is left."""
    with opened_offices(folder) as relay:
        console = relay.offices[BUREAU]
        with served(create_console_app(console)) as url:
            yield SchoolDesk(url=url, console=console, relay=relay)
