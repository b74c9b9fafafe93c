"""A served console whose gateway is simulated in the same process: what is asked is answered at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.console.context import Console
from connectors.web.app import create_console_app
from tests.browser.served_pages import ServedPages, served
from tests.unit.connectors.desk.asked_ledgers import console_of
from tests.unit.connectors.requester.asking_offices import Office, opened_office


@dataclass(kw_only=True)
class AskingDesk(ServedPages):
    """The served console and what stands behind it."""

    office: Office


@contextmanager
def served_desk(folder: Path, connect: Callable[[Office], Console] = console_of) -> Iterator[AskingDesk]:
    """Serve the console of an office that may ask, until the block is left; `connect` makes the console."""
    with opened_office(folder) as office:
        console = connect(office)
        with served(create_console_app(console)) as url:
            yield AskingDesk(url=url, console=console, office=office)
