"""A served console whose gateway is simulated in the same process: what is asked is answered at once."""

import threading
from collections.abc import Callable, Iterator
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
from tests.unit.connectors.desk.asked_ledgers import console_of
from tests.unit.connectors.desk.desk_pages import new_session
from tests.unit.connectors.requester.asking_offices import Office, opened_office


@dataclass
class AskingDesk:
    """The served console and what stands behind it."""

    url: str
    console: Console
    office: Office
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def page_of(self, browser: Browser, account: Account, language: str = "zh") -> Page:
        """Return a page of somebody who has signed in."""
        if account.id not in self.tokens:
            self.tokens[account.id] = new_session(self.console, account)
        context = new_context(browser, language, self.url)
        context.add_cookies([{"name": COOKIE_NAME, "value": self.tokens[account.id], "url": self.url}])
        return context.new_page()


@contextmanager
def served_desk(folder: Path, connect: Callable[[Office], Console] = console_of) -> Iterator[AskingDesk]:
    """Serve the console of an office that may ask, until the block is left; `connect` makes the console."""
    with opened_office(folder) as office:
        console = connect(office)
        server = make_server("127.0.0.1", 0, create_console_app(console), threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield AskingDesk(f"http://127.0.0.1:{server.server_port}", console, office)
        finally:
            server.shutdown()
            thread.join(10)
            server.server_close()
