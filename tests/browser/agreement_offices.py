"""Three offices with real connectors, a gateway with a lead body, and consoles that people are signed in at."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, text

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.roles import Role
from connectors.context import OFFICE_ZONE
from demo.province import ROSTER_PLANS, Agency, generate_province
from demo.scenario import cast
from demo.scenario.stage import Stage
from gateway.settings import load_settings, save_settings
from hosting.web.site import COOKIE_NAME
from tests.accounts import add_settled_account, begin_session
from tests.browser.console import PASSWORD, new_context
from tests.browser.office_console import OfficeConsole, served_folder
from tests.lead_body import seat_lead_body
from tests.scene import QUICK_KDF_COST, Scene

CHILDREN: Final = 300
LEAD_BODY: Final = "lead_body.990000"
LEDGER: Final = "疑似辍学学生.xlsx"
NUMBER_COLUMN: Final = "身份证件号"
PEOPLE: Final = MappingProxyType(
    {
        "王安": ("education", "wang.an", Role.DATA_STEWARD),
        "何建国": ("education", "he.jianguo", Role.SHARING_OFFICE_HEAD),
        "马丽": ("education", "ma.li", Role.QUERY_OFFICER),
        "李红": ("education", "li.hong", Role.APPROVER),
        "赵刚": ("police", "zhao.gang", Role.DATA_STEWARD),
        "孙宁": ("police", "sun.ning", Role.SHARING_OFFICE_HEAD),
        "钱玉": ("lead", "qian.yu", Role.DATA_STEWARD),
        "周正": ("lead", "zhou.zheng", Role.SHARING_OFFICE_HEAD),
    }
)
"""Who works where, as the guide names them."""


@dataclass(frozen=True)
class Offices:
    """The consoles by office, and a ledger of one pupil whom the police have on their register."""

    consoles: dict[str, OfficeConsole]
    folder: Path
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def page_of(self, browser: Browser, name: str, language: str = "zh") -> Page:
        """Return a page of one of `PEOPLE`, who has signed in."""
        office, account_id, role = PEOPLE[name]
        console = self.consoles[office]
        if name not in self.tokens:
            account, book = Account(account_id, name, frozenset({role})), AgencyAccounts(console.connector)
            add_settled_account(book, account, PASSWORD)
            self.tokens[name] = begin_session(book, account)
        context = new_context(browser, language, console.url)
        context.add_cookies([{"name": COOKIE_NAME, "value": self.tokens[name], "url": console.url}])
        return context.new_page()


@contextmanager
def agreement_offices(folder: Path) -> Iterator[Offices]:
    """Set the offices up below `folder` and serve them until the block is left."""
    kinds = (Agency.EDUCATION, Agency.PUBLIC_SECURITY)
    parts = {kind: cast.PARTS[kind] for kind in kinds}
    stage = Stage(folder, datetime.now(OFFICE_ZONE).date(), QUICK_KDF_COST, parts)
    generate_province(stage.province, CHILDREN, 1, today=stage.today)
    stage.found()
    settings = load_settings(stage.gateway_folder)
    save_settings(stage.gateway_folder, settings.model_copy(update={"lead_body": LEAD_BODY}))
    _write_ledger(stage.province, folder / LEDGER)
    with ExitStack() as stack:
        stage.open(stack)
        lead = seat_lead_body(Scene(stage, {}), folder / "lead", "99")
        stack.callback(lead.close)
        folders = {
            "education": stage.desks[Agency.EDUCATION].folder,
            "police": stage.desks[Agency.PUBLIC_SECURITY].folder,
            "lead": folder / "lead",
        }
        consoles = {name: stack.enter_context(served_folder(place, cast.PASSPHRASE)) for name, place in folders.items()}
        yield Offices(consoles, folder)


def _write_ledger(province: Path, target: Path) -> None:
    """Write the education department's ledger with one pupil, whose number the police's register holds."""
    rows = list(load_workbook(province / ROSTER_PLANS["dropout"].path).worksheets[0].iter_rows(values_only=True))
    head = next(at for at, row in enumerate(rows) if NUMBER_COLUMN in row)
    place = rows[head].index(NUMBER_COLUMN)
    engine = create_engine(f"sqlite:///{province / Agency.PUBLIC_SECURITY / 'household_register.sqlite3'}")
    with engine.connect() as connection:
        held = set(connection.execute(text("SELECT citizen_id FROM household_register")).scalars())
    engine.dispose()
    book = Workbook()
    for row in (*rows[: head + 1], next(row for row in rows[head + 1 :] if row[place] in held)):
        book.worksheets[0].append(row)
    book.save(target)
