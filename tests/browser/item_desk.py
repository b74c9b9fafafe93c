"""The served consoles of offices that pass items on to one another, and who works there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.roles import Role
from connectors.items.actions import open_item, take_step
from connectors.items.papers import Child, ReferralPaper
from connectors.items.synchronise import synchronise
from connectors.items.words import Service, Situation
from connectors.web.app import create_console_app
from hosting.web.site import COOKIE_NAME
from tests.accounts import begin_session
from tests.browser.console import new_context
from tests.browser.served_pages import served
from tests.item_offices import ItemRelay, later, opened_offices
from tests.unit.connectors.desk.desk_pages import new_session
from tests.unit.connectors.offices import citizen_id

EDUCATION, CIVIL_AFFAIRS, CITY, POLICE = (
    "education.990101",
    "civil_affairs.990101",
    "civil_affairs.9901",
    "public_security.990101",
)
SCHOOL = "童安县民族团结实验第一小学"
LONG_NAME = "阿卜杜热合曼·买买提"


@dataclass
class ItemDesks:
    """The consoles by agency, with the gateway between them."""

    relay: ItemRelay
    urls: dict[str, str] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    known: set[tuple[str, str]] = field(default_factory=set)

    def page_of(self, browser: Browser, agency: str, account: Account, language: str = "zh") -> Page:
        """Return a page of somebody at an agency who has signed in."""
        key, url = (agency, account.id), self.urls[agency]
        if key not in self.tokens:
            self.tokens[key] = self._session(agency, account)
        context = new_context(browser, language, url)
        context.add_cookies([{"name": COOKIE_NAME, "value": self.tokens[key], "url": url}])
        return context.new_page()

    def synchronise(self) -> None:
        """Let every office fetch what the others did."""
        for office in self.relay.offices.values():
            while not synchronise(office).is_complete:
                pass

    def pass_days(self, days: int) -> None:
        """Let days pass: sessions are over, those above are told of what is overdue, and every office fetches it."""
        later(self.relay, timedelta(days=days))
        self.tokens.clear()
        self.relay.escalate()
        self.synchronise()

    def _session(self, agency: str, account: Account) -> str:
        office, key = self.relay.offices[agency], (agency, account.id)
        if key not in self.known:
            self.known.add(key)
            return new_session(office, account)
        return begin_session(AgencyAccounts(office.connector), account)

    def refer(self, account: Account, number: int = 1, name: str = LONG_NAME, *, is_sent: bool = True) -> str:
        """Let the county's education bureau refer a child to civil affairs; returns the item's id."""
        office, paper = self.relay.offices[EDUCATION], referral(number, name)
        item = open_item(office, account, "W6", {}, paper)
        if is_sent:
            take_step(office, account, item, "send", next_office=CIVIL_AFFAIRS, own=paper)
        return item


def referral(number: int, name: str) -> ReferralPaper:
    """Return a referral of a child who does not exist."""
    child = Child(
        name=name,
        gender="male",
        citizen_id=citizen_id(number),
        address="童安县槐树镇向阳社区三组 12 号",
        guardian_name="阿依古丽·吐尔逊",
        guardian_phone="0990-5550000",
        school=SCHOOL,
    )
    situations = (Situation.WEAK_GUARDIANSHIP, Situation.OUT_OF_SCHOOL)
    note = "奶奶住院，家里只有一名十岁的姐姐。"
    return ReferralPaper(child=child, situations=situations, wanted=(Service.HOME_VISIT,), note=note)


def account_of(name: str, *roles: Role, school: str | None = None) -> Account:
    """Return an account whose sign-in name follows from its roles."""
    return Account(".".join(roles).replace("_", "-")[:40], name, frozenset(roles), school)


@contextmanager
def served_items(folder: Path) -> Iterator[ItemDesks]:
    """Serve the offices' consoles until the block is left."""
    with opened_offices(folder) as relay, ExitStack() as stack:
        desks = ItemDesks(relay)
        for agency, office in relay.offices.items():
            desks.urls[agency] = stack.enter_context(served(create_console_app(office)))
        yield desks
