"""A county whose offices pass items on, over a gateway that loses answers or shows something else if a test says so."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.context import Connector, open_connector
from connectors.gateway_client import GatewayClient
from connectors.trust import TrustStore
from keys.protocol.envelopes import read_unverified
from schemas.envelope import ENVELOPE_HEADER, EnvelopeClaims, MessageType
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.message import Message
from schemas.workflows.load import load_workflows
from schemas.workflows.position import position_of
from tests.item_offices import NAMES, PASSPHRASE, ItemRelay, opened_offices

BUREAU, CIVIL, FEDERATION = "education.990101", "civil_affairs.990101", "disabled_federation.990101"
POLICE, TOWNSHIP, CITY_CIVIL = "public_security.990101", "civil_affairs.990101003", "civil_affairs.9901"
OFFICES = NAMES | {TOWNSHIP: ("槐树镇人民政府", "Huaishu Township Government")}
SCHOOL = "童安县第一小学"


@dataclass
class CountyGateway(ItemRelay):
    """Notes what it received; `change` is what becomes of each answer, `before` sees each request first."""

    received: list[MessageType] = field(default_factory=list)
    loses_answers: bool = False
    change: Callable[[Message], Message] = lambda answer: answer
    before: Callable[[MessageType], None] = lambda message_type: None

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" or self.is_away:
            return super().handle(request)
        claims = read_unverified(EnvelopeClaims, request.headers[ENVELOPE_HEADER], MAX_ENVELOPE_CHARACTERS)
        self.received.append(claims.type)
        self.before(claims.type)
        response = super().handle(request)
        if self.loses_answers:
            raise httpx.ReadTimeout("lost")
        return response

    def _answer(self, claims: EnvelopeClaims, body: bytes) -> Message:
        return self.change(super()._answer(claims, body))

    def state(self, item: str) -> str:
        """Return where an item stands."""
        history = self._history(self.items[item].events)
        return position_of(load_workflows()[history.workflow], history).state.id


@dataclass
class Office:
    """One office's console."""

    console: Console

    @property
    def connector(self) -> Connector:
        return self.console.connector

    def account(self, *roles: Role, school: str = SCHOOL) -> Account:
        """Return an account with these roles; somebody of a school works at `school`."""
        id_ = "-".join(role.value.replace("_", "-") for role in roles)[:40]
        return Account(id_, "王安", frozenset(roles), school if Role.SCHOOL_USER in roles else None)


@dataclass
class County:
    """The gateway with its offices by agency id."""

    gateway: CountyGateway

    def __getitem__(self, agency: str) -> Office:
        return Office(self.gateway.offices[agency])

    def pass_time(self, **span: float) -> None:
        """Let time pass, and every office fetch the registry."""
        self.gateway.now += timedelta(**span)
        if not self.gateway.is_away:
            self.gateway.refresh()

    def restart(self, agency: str) -> Office:
        """Return the office's console as a new process opens it, on the same database."""
        before = self[agency].connector
        before.state.dispose()
        connector = replace(open_connector(before.folder, PASSPHRASE), now=before.now)
        trust = TrustStore(connector.state, connector.gateway)
        http = httpx.Client(transport=httpx.MockTransport(self.gateway.handle))
        self.gateway.offices[agency] = Console(connector, trust, GatewayClient(connector, trust, http))
        return self[agency]


@contextmanager
def opened_county(folder: Path, agencies: Sequence[str] = tuple(OFFICES)) -> Iterator[County]:
    """Set up offices that reach one gateway."""
    with opened_offices(folder, {agency: OFFICES[agency] for agency in agencies}, CountyGateway) as gateway:
        assert isinstance(gateway, CountyGateway)
        yield County(gateway)
        for office in gateway.offices.values():
            office.client.close()
            office.connector.state.dispose()
