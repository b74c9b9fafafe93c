"""A real gateway process with people who can sign in at its console, as the tests of its pages need it."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import httpx
import pyotp
from playwright.sync_api import Browser, BrowserContext, Page

from demo.scenario.servers import free_port
from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.log.events import Actor, Event, EventType, PolicyRef
from gateway.services.account_book import GatewayAccounts
from gateway.services.sign_log import sign_log
from hosting.accounts.accounts import get_account, open_account
from hosting.certificates import trusted_authorities
from schemas.formats import digest_of
from tests.accounts import add_settled_account, forget_used_codes
from tests.audit_log import log_events
from tests.scenario.gateway_simulator import PASSPHRASE, World, played_world

PASSWORD = "四棵老槐树下的风筝 1987"
STEP_SECONDS = 30
ENTRIES_A_WRITE = 1_000
VIEWPORT = {"width": 1366, "height": 768}
WAIT_MS = 60_000
"""So long the tests wait for what a page is to show: no page is that slow, but a machine may be busy."""

NAMES = {
    Role.OVERSIGHT_AUDITOR: "阿卜杜热合曼·买买提",
    Role.AGENCY_AUDITOR: "欧阳思远",
    Role.PRIVACY_OFFICER: "古丽巴哈尔·吐尔逊江",
    Role.SECURITY_ADMINISTRATOR: "王安",
    Role.SYSTEM_ADMINISTRATOR: "Li Na",
}
_numbers = count(1)


@dataclass
class Person:
    """Somebody with an account, a password and an authenticator."""

    account: Account
    password: str
    totp_secret: str
    forget_codes: Callable[[], None]
    used_step: int = 0

    def code(self) -> str:
        """Return the code of the first time step that was not used yet, from this one on, or of this one once more.

        Not that of the step before, which is accepted too: on a slow machine it would be over when it is sent.
        """
        this_step = int(time.time()) // STEP_SECONDS
        step = max(this_step, self.used_step + 1)
        if step > this_step + 1:
            self.forget_codes()
            step = this_step
        self.used_step = step
        return pyotp.TOTP(self.totp_secret).at(step * STEP_SECONDS)


@dataclass
class Console:
    """The served console; `world` is the gateway behind it, on the same database, with two enrolled agencies."""

    url: str
    world: World
    people: dict[Role, Person] = field(default_factory=dict)

    @property
    def book(self) -> GatewayAccounts:
        return GatewayAccounts(self.world.gateway)

    def add_person(self, *roles: Role, name: str = "测试人员", one_time: bool = False) -> Person:
        """Add an account that is ready for use, or with its one-time password still."""
        agency = self.world.requester.id if Role.AGENCY_AUDITOR in roles else None
        account = Account(f"officer-{next(_numbers)}", name, frozenset(roles), agency)
        if one_time:
            new = open_account(self.book, None, account)
            return self.known(account.id, new.password, new.totp_secret)
        return self.known(account.id, PASSWORD, add_settled_account(self.book, account, PASSWORD))

    def fill_log(self, entries: int) -> None:
        """Log answers between agencies that no test asks about, none of which calls for an alert."""
        answered = [
            Event(
                type=EventType.MATCH_RESULT,
                actor=Actor(f"civil_affairs.9909{place % 7:02}"),
                peer=f"education.9909{place % 5:02}",
                purpose=("P01", "P04", "P09")[place % 3],
                policy=PolicyRef(str(uuid.UUID(int=place)), digest_of(b"agreement")),
                decision="permit",
                records=20,
                correlation_id=str(uuid.UUID(int=place)),
            )
            for place in range(ENTRIES_A_WRITE)
        ]
        for start in range(0, entries, ENTRIES_A_WRITE):
            self.world.gateway.journal.write(log_events(*answered[: entries - start]), 60)
        sign_log(self.world.gateway)

    def person(self, role: Role) -> Person:
        """Return the one person who has this role, for tests that change nothing of them."""
        if role not in self.people:
            self.people[role] = self.add_person(role, name=NAMES[role])
        return self.people[role]

    def known(self, account_id: str, password: str, totp_secret: str) -> Person:
        """Return somebody who has an account already."""
        account = get_account(self.book, account_id).account
        return Person(account, password, totp_secret, partial(forget_used_codes, self.book, account_id))

    def sign_in(self, page: Page, person: Person) -> None:
        """Sign in through the page."""
        page.goto(f"{self.url}/console/sign-in")
        fill_sign_in(page, person.account.id, person.password, person.code())


def fill_sign_in(page: Page, account: str, password: str, code: str) -> None:
    """Fill the sign-in form in and send it."""
    page.fill("#field-account", account)
    page.fill("#field-password", password)
    page.fill("#field-code", code)
    page.click("main button[type=submit]")


def new_context(browser: Browser, language: str = "zh", url: str = "") -> BrowserContext:
    """Return a browser without cookies but that of the language."""
    context = browser.new_context(viewport=VIEWPORT, base_url=url or None)  # type: ignore[arg-type]
    context.set_default_timeout(WAIT_MS)
    if url:
        context.add_cookies([{"name": "language", "value": language, "url": url}])
    return context


@contextmanager
def served_console(folder: Path) -> Iterator[Console]:
    """Serve a gateway as the product does, and end that very process afterwards."""
    with played_world(folder) as world:
        port = free_port()
        command = [str(Path(sys.executable).parent / "tongxin-gateway"), "--folder", str(folder)]
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port), "--threads", "4"],
            env={**os.environ, "TONGXIN_PASSPHRASE": PASSPHRASE},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            yield Console(url, world)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _wait(url: str) -> None:
    with httpx.Client(verify=trusted_authorities()) as client:
        for _ in range(2400):
            with suppress(httpx.HTTPError):
                if client.get(url + "/readyz").status_code == 200:
                    return
            time.sleep(0.05)
    raise AssertionError("the gateway did not come up")
