"""A county bureau's served console, with the other offices and the gateway simulated in the same process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.web.app import create_console_app
from hosting.web.site import COOKIE_NAME
from tests.browser.console import new_context
from tests.item_offices import ItemRelay, opened_offices
from tests.unit.connectors.desk.desk_pages import new_session
from tests.unit.connectors.dropouts.absences import BUREAU


@dataclass
class SchoolDesk:
    """The served console and what stands behind it."""

    url: str
    relay: ItemRelay
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def console(self) -> Console:
        """The bureau's console."""
        return self.relay.offices[BUREAU]

    def page_of(self, browser: Browser, account: Account, language: str = "zh") -> Page:
        """Return a page of somebody who has signed in."""
        if account.id not in self.tokens:
            self.tokens[account.id] = new_session(self.console, account)
        context = new_context(browser, language, self.url)
        context.add_cookies([{"name": COOKIE_NAME, "value": self.tokens[account.id], "url": self.url}])
        return context.new_page()


@contextmanager
def served_bureau(folder: Path) -> Iterator[SchoolDesk]:
    """Serve the console until the block is left."""
    with opened_offices(folder) as relay:
        server = make_server("127.0.0.1", 0, create_console_app(relay.offices[BUREAU]), threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield SchoolDesk(f"http://127.0.0.1:{server.server_port}", relay)
        finally:
            server.shutdown()
            thread.join(10)
            server.server_close()
