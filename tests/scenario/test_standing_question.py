"""P12 by the clock at a real gateway: who turns 18 next month is asked about once, and again only for another index."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest

from connectors.agencies import agency_of
from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.desk.ledger_upload import keep_rows
from connectors.desk.ledger_worker import work_on
from connectors.desk.purposes_for import get_askable
from connectors.standing.ask_again import StandingAsker
from connectors.standing.changes import ChangeKind
from connectors.standing.registration import Registration, do_standing, last_day_of, register
from connectors.standing.rhythm import Rhythm, Schedule
from connectors.standing.standing_states import StandingDeed
from connectors.standing.tell_changes import standing_vault_of
from connectors.state.database import reading, writing
from connectors.state.standing import StandingRun, change_standing, list_runs
from demo.province import Agency
from demo.province.agency_files import STUDENT_REGISTER_FILE
from demo.scenario.desks import agree, publish
from tests.accounts import add_settled_account
from tests.scene import Scene

OFFICER = Account("standing.officer", "阿卜杜热合曼·买买提", frozenset({Role.QUERY_OFFICER}))
HEAD = Account("standing.head", "古丽巴哈尔·吐尔逊江", frozenset({Role.APPROVER}))
PASSWORD = "四棵老槐树下的风筝 1987"
REGIONS = ("99",)
YOUNGER = 20
FIELDS = ("name", "sex", "birth_date", "citizen_id", "hukou_region")


def pupils(scene: Scene) -> list[dict[str, str]]:
    """Return pupils of the register with a number, the oldest first."""
    path = scene.stage.province / Agency.EDUCATION / STUDENT_REGISTER_FILE
    with closing(sqlite3.connect(path)) as connection:
        query = f"SELECT {', '.join(FIELDS)} FROM student_register WHERE citizen_id <> '' ORDER BY birth_date"
        return [dict(zip(FIELDS, map(str, row), strict=True)) for row in connection.execute(query)]


def turns_18(pupil: dict[str, str], today: date) -> bool:
    """Return whether the 18th birthday is this month or the next."""
    born = date.fromisoformat(pupil["birth_date"])
    months = (born.year + 18 - today.year) * 12 + born.month - today.month
    return months in {0, 1}


@pytest.fixture
def console(scene: Scene) -> Console:
    """The console of civil affairs."""
    session = scene.session(Agency.CIVIL_AFFAIRS)
    return Console(session.connector, session.trust, session.client)


def runs_of(console: Console, id_: str) -> list[StandingRun]:
    with reading(console.connector.state) as connection:
        return list_runs(connection, id_)


def ask_now(console: Console, id_: str) -> None:
    with writing(console.connector.state) as connection:
        change_standing(connection, id_, next_at=console.seconds())
    StandingAsker(console).run()


def test_who_turns_18_is_asked_about_a_month_ahead(scene: Scene, console: Console) -> None:
    education, today = scene.session(Agency.EDUCATION), console.connector.today()
    requester = scene.session(Agency.CIVIL_AFFAIRS)
    agreement = agree(requester, education, "P12", REGIONS)
    publish(education, agreement, lambda *_: None)
    for account in (OFFICER, HEAD):
        add_settled_account(AgencyAccounts(console.connector), account, PASSWORD)
    every = pupils(scene)
    due = [pupil for pupil in every if turns_18(pupil, today)]
    asked = due or [every[0]]
    rows = [*asked, *every[-YOUNGER:]]
    data_set = agency_of(console.connector.settings.agency_type).data_set("query_roster")
    ledger = keep_rows(console, OFFICER.id, data_set, "在册受助儿童.csv", rows)
    work_on(console.connector, ledger)
    wanted = Registration(
        agreement=agreement.digest(),
        ledger=ledger,
        region="99",
        case=None,
        schedule=Schedule(Rhythm.INDEX),
        until_on=last_day_of(get_askable(console, agreement.digest())),
    )
    id_ = register(console, OFFICER.id, wanted)
    do_standing(console, id_, StandingDeed.APPROVE, HEAD.id)
    ask_now(console, id_)
    (run,) = runs_of(console, id_)
    assert (run.rows, run.ended_at is not None) == (len(due), True)
    changes = standing_vault_of(console.connector).changes(run.id)
    assert {one.kind for one in changes} <= {ChangeKind.NEW}
    for one in changes:
        assert one.after.values["full_time_enrolled"] in {True, False}
        assert one.after.values["expected_end"] in {None, *range(today.year, today.year + 4)}
    # The provider's index is the same: nobody is asked about.
    ask_now(console, id_)
    assert len(runs_of(console, id_)) == 1
