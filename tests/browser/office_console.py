"""An agency's console as the product serves it, with officers who can sign in, as the tests of its pages need it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import httpx
from playwright.sync_api import Page

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.roles import Role
from connectors.context import Connector, open_connector
from connectors.settings import save_settings
from demo.scenario.servers import free_port
from hosting.accounts.accounts import get_account, open_account
from hosting.certificates import trusted_authorities
from tests.accounts import add_settled_account, forget_used_codes
from tests.browser.console import PASSWORD, Person, fill_sign_in
from tests.unit.connectors.offices import PASSPHRASE, Clock, open_office, register_row
from tests.unit.connectors.web.office_desk import PIN

SCHOOL = "童安县民族团结实验第一小学"
NAMES = {
    Role.QUERY_OFFICER: "阿卜杜热合曼·买买提",
    Role.APPROVER: "古丽巴哈尔·吐尔逊江",
    Role.SHARING_OFFICE_HEAD: "欧阳思远",
    Role.DATA_STEWARD: "王安",
    Role.CASE_OWNER: "才仁卓玛",
    Role.SCHOOL_USER: "Li Na",
    Role.VILLAGE_DIRECTOR: "赵大山",
    Role.CHILD_SUPERVISOR: "李秀英",
    Role.DUTY_OFFICER: "周国强",
    Role.SUPERVISOR: "何建军",
    Role.ADMINISTRATOR: "孙丽",
}
_numbers = count(1)


@dataclass
class OfficeConsole:
    """The served console; `connector` is the same agency's, opened in this process on the same database."""

    url: str
    connector: Connector
    people: dict[Role, Person] = field(default_factory=dict)

    @property
    def book(self) -> AgencyAccounts:
        return AgencyAccounts(self.connector)

    def add_person(self, *roles: Role, name: str = "测试人员", one_time: bool = False) -> Person:
        """Add an account that is ready for use, or with its one-time password still."""
        school = SCHOOL if Role.SCHOOL_USER in roles else None
        account = Account(f"officer-{next(_numbers)}", name, frozenset(roles), school)
        if one_time:
            new = open_account(self.book, None, account)
            return self.known(account.id, new.password, new.totp_secret)
        return self.known(account.id, PASSWORD, add_settled_account(self.book, account, PASSWORD))

    def person(self, role: Role) -> Person:
        """Return the one person who has this role, for tests that change nothing of them."""
        if role not in self.people:
            self.people[role] = self.add_person(role, name=NAMES[role])
        return self.people[role]

    def known(self, account_id: str, password: str, totp_secret: str) -> Person:
        """Return somebody who has an account already."""
        account = get_account(self.book, account_id).account
        forget_codes = partial(forget_used_codes, self.book, account_id)
        return Person(account, password, totp_secret, forget_codes)  # type: ignore[arg-type]

    def sign_in(self, page: Page, person: Person) -> None:
        """Sign in through the page."""
        page.goto(f"{self.url}/desk/sign-in")
        fill_sign_in(page, person.account.id, person.password, person.code())


@contextmanager
def served_office(folder: Path) -> Iterator[OfficeConsole]:
    """Serve the console of a small office whose gateway can't be reached."""
    clock = Clock()
    connector, _ = open_office(folder, [register_row(1)], clock)
    save_settings(folder, connector.settings.model_copy(update={"gateway": PIN}))
    connector.state.dispose()
    with served_folder(folder, PASSPHRASE) as office:
        yield office


@contextmanager
def served_folder(folder: Path, passphrase: str, chosen_port: int | None = None) -> Iterator[OfficeConsole]:
    """Serve the console of the connector in `folder` as the product does, and end that very process afterwards."""
    port = chosen_port or free_port()
    command = [str(Path(sys.executable).parent / "tongxin-connector"), "--folder", str(folder)]
    process = subprocess.Popen(
        [*command, "console", "--port", str(port), "--threads", "4"],
        env={**os.environ, "TONGXIN_PASSPHRASE": passphrase},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    connector = open_connector(folder, passphrase)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield OfficeConsole(url, connector)
    finally:
        connector.state.dispose()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    with httpx.Client(verify=trusted_authorities()) as client:
        for _ in range(2400):
            assert process.poll() is None, "the console ended at once"
            with suppress(httpx.HTTPError):
                if client.get(url + "/healthz").status_code == 200:
                    return
            time.sleep(0.05)
    raise AssertionError("the console did not come up")
