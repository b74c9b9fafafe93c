"""Applications served in this process, and pages of officers who have signed in to an agency's console."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.web.app import create_console_app
from hosting.web.site import COOKIE_NAME
from tests.browser.console import new_context
from tests.unit.connectors.desk.desk_pages import new_session


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve `app` on a free port until the block is left; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@dataclass(kw_only=True)
class ServedPages:
    """A served console."""

    url: str
    console: Console
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def page_of(self, browser: Browser, account: Account, language: str = "zh") -> Page:
        """Return a page of somebody who has signed in."""
        if account.id not in self.tokens:
            self.tokens[account.id] = new_session(self.console, account)
        context = new_context(browser, language, self.url)
        context.add_cookies([{"name": COOKIE_NAME, "value": self.tokens[account.id], "url": self.url}])
        return context.new_page()


@contextmanager
def served_console(console: Console) -> Iterator[ServedPages]:
    """Serve an agency's console until the block is left."""
    with served(create_console_app(console)) as url:
        yield ServedPages(url=url, console=console)
