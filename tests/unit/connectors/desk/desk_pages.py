"""The console's pages in one process: browsers of people who signed in, and forms as a browser would send them."""

import re
from dataclasses import dataclass, field
from typing import Final

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from hosting.web.site import COOKIE_NAME
from tests.accounts import add_settled_account, begin_session

PASSWORD: Final = "四棵老槐树下的风筝 1987"
_TOKEN: Final = re.compile(r'name="form_token" value="([^"]+)"')
_REFRESH: Final = re.compile(r'http-equiv="refresh"')


@dataclass
class Browser:
    """One person's browser."""

    client: FlaskClient
    seen: TestResponse | None = field(default=None, repr=False)

    def get(self, address: str) -> str:
        """Open a page, follow where it leads, and return it."""
        self.seen = self.client.get(address, follow_redirects=True)
        return self.seen.get_data(as_text=True)

    def download(self, address: str) -> bytes:
        """Return what an address serves as a file."""
        self.seen = self.client.get(address)
        return self.seen.get_data()

    def post(self, address: str, fields: dict[str, str | list[str]], page: str) -> str:
        """Send the form of a page and return where that leads."""
        (token, *_) = _TOKEN.findall(page)
        self.seen = self.client.post(address, data={"form_token": token, **fields}, follow_redirects=True)
        return self.seen.get_data(as_text=True)

    @property
    def status(self) -> int:
        """The status of the last answer."""
        assert self.seen is not None
        return self.seen.status_code

    @property
    def path(self) -> str:
        """The address of the last page."""
        assert self.seen is not None
        return self.seen.request.path


def new_session(console: Console, account: Account) -> str:
    """Add an account and return the secret of a session of its own."""
    book = AgencyAccounts(console.connector)
    add_settled_account(book, account, PASSWORD)
    return begin_session(book, account)


def browser_of(app: Flask, console: Console, account: Account, language: str = "zh") -> Browser:
    """Return the browser of somebody who signed in."""
    client = app.test_client()
    client.set_cookie(COOKIE_NAME, new_session(console, account))
    client.set_cookie("language", language)
    return Browser(client)


def is_refreshing(page: str) -> bool:
    """Return whether a page refreshes itself."""
    return _REFRESH.search(page) is not None
