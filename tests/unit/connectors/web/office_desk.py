"""An office's console without a network: a real connector, an account a role, browsers that are signed in."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.context import Connector
from connectors.gateway_client import GatewayClient
from connectors.settings import save_settings
from connectors.state.console_tables import ACCOUNT_TABLES
from connectors.trust import TrustStore
from connectors.web.app import create_console_app
from hosting.web.forgery import FORM_FIELD, bind_forms, form_token
from schemas.messages.registry import GatewayPin
from tests.accounts import add_settled_account, begin_session
from tests.unit.connectors.offices import Clock, open_office, register_row

PASSWORD = "four old locust trees"
ADDRESS = "192.0.2.7"
PIN = GatewayPin(
    url="http://127.0.0.1:9",
    gateway="gateway.990100",
    signing_key="A" * 43,
    log_name="gateway.990100/audit",
    log_verifier_key="none",
)


@dataclass
class Browser:
    """A browser that is signed in; its forms carry the token that the pages would give it."""

    client: FlaskClient
    token: str
    form_token: str = field(repr=False)

    def post(self, address: str, **fields: object):  # type: ignore[no-untyped-def]
        """Send a form of ours."""
        return self.client.post(address, data={FORM_FIELD: self.form_token, **fields})


@dataclass
class OfficeDesk:
    """The console of one office with its clock."""

    console: Console
    app: Flask
    clock: Clock

    @property
    def connector(self) -> Connector:
        return self.console.connector

    @property
    def book(self) -> AgencyAccounts:
        return AgencyAccounts(self.console.connector)

    def account(self, *roles: Role) -> Account:
        """Return the account with these roles, made at its first use, with a password of its own."""
        school = "童安县第一小学" if Role.SCHOOL_USER in roles else None
        account = Account("-".join(roles).replace("_", "-")[:40], "阿卜杜热合曼·买买提", frozenset(roles), school)
        with self.book.reading() as connection:
            known = connection.execute(
                ACCOUNT_TABLES.account.select().where(ACCOUNT_TABLES.account.c.id == account.id)
            ).first()
        if known is None:
            add_settled_account(self.book, account, PASSWORD)
        return account

    def browser(self, *roles: Role) -> Browser:
        """Return a browser that somebody with these roles is signed in with."""
        return self.browser_with(begin_session(self.book, self.account(*roles)))

    def browser_with(self, token: str) -> Browser:
        """Return a browser that holds this secret, whether or not it opens a session."""
        client = self.app.test_client()
        client.set_cookie("console_session", token)
        with self.app.test_request_context("/"):
            bind_forms(token)
            return Browser(client, token, form_token())


def open_desk(folder: Path, create: Callable[[Console], Flask] = create_console_app) -> OfficeDesk:
    """Return the console of a small office in `folder`; a second time it is a restart."""
    clock = Clock()
    connector, _ = open_office(folder, [register_row(1)], clock)
    settings = connector.settings.model_copy(update={"gateway": PIN})
    save_settings(folder, settings)
    connector = replace(connector, settings=settings)
    trust = TrustStore(connector.state, connector.gateway)
    console = Console(connector, trust, GatewayClient(connector, trust))
    return OfficeDesk(console, create(console), clock)
