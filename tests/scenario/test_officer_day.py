"""An officer's day over real HTTP: upload a ledger, ask with an approval, get the workbook back with true answers."""

import csv
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import httpx
import pytest
from openpyxl import load_workbook

from connectors.console.roles import Role
from connectors.requester.ask import Questioner
from connectors.state.questions import RowResult
from demo.province import ROSTER_PLANS, Agency
from demo.scenario.cast import COUNTY, PASSPHRASE
from demo.scenario.scoring import score_question, truth_of
from tests.browser.console import Person
from tests.browser.office_console import OfficeConsole, served_folder
from tests.scene import Scene

PURPOSE: Final = "P04"
CASE: Final = "TA-2026-0415"
WAIT_SECONDS: Final = 90.0
_TOKEN: Final = re.compile(r'name="form_token" value="([^"]+)"')
_OPTION: Final = re.compile(r'<select[^>]*name="(column-[0-9]+|data_set)".*?</select>', re.S)
_SELECTED: Final = re.compile(r'value="([^"]*)" selected')


@dataclass
class Visitor:
    """Somebody at a browser without script: follows redirects, waits while pages refresh themselves."""

    http: httpx.Client
    page: str = ""

    def get(self, address: str) -> str:
        """Open a page and wait until it no longer refreshes itself."""
        ends_at = time.monotonic() + WAIT_SECONDS
        while True:
            answer = self.http.get(address)
            answer.raise_for_status()
            self.page, self.path = answer.text, answer.url.path
            if 'http-equiv="refresh"' not in self.page:
                return self.page
            assert time.monotonic() < ends_at, address
            time.sleep(0.3)

    def post(self, address: str, fields: dict[str, str | list[str]], file: Path | None = None) -> str:
        """Send a form of the page that is open, and wait as `get` does."""
        token = _TOKEN.findall(self.page)[-1]
        files = None if file is None else {"file": (file.name, file.read_bytes())}
        answer = self.http.post(address, data={"form_token": token, **fields}, files=files)
        answer.raise_for_status()
        return self.get(str(answer.url))

    def sign_in(self, person: Person) -> None:
        """Sign in through the page."""
        self.get("/desk/sign-in")
        code = person.code()
        self.post("/desk/sign-in", {"account": person.account.id, "password": person.password, "code": code})


@pytest.fixture
def office(scene: Scene) -> Iterator[OfficeConsole]:
    """The console of civil affairs, on the folder that its connector serves from."""
    with served_folder(scene.stage.desks[Agency.CIVIL_AFFAIRS].folder, PASSPHRASE) as served:
        yield served


@pytest.fixture
def visitor_of(office: OfficeConsole) -> Iterator[Callable[[Role], Visitor]]:
    """Give `visitor_of(role)`: somebody who signed in through the page."""
    with ExitStack() as stack:

        def open_visitor(role: Role) -> Visitor:
            http = stack.enter_context(httpx.Client(base_url=office.url, follow_redirects=True, timeout=60))
            visitor = Visitor(http)
            visitor.sign_in(office.person(role))
            return visitor

        yield open_visitor


def upload(officer: Visitor, roster: Path) -> str:
    """Upload a roster, take the guess of its columns as it is, and return the ledger's id once it is checked."""
    officer.get("/desk/ledgers")
    officer.post("/desk/ledgers", {}, roster)
    ledger = officer.path.split("/")[3]
    if officer.path.endswith("/columns"):
        guessed = {found[1]: (_SELECTED.findall(found[0]) or [""])[0] for found in _OPTION.finditer(officer.page)}
        officer.post(officer.path, dict(guessed))
    officer.get(f"/desk/ledgers/{ledger}")
    return ledger


def ask(officer: Visitor, head: Visitor, scene: Scene, ledger: str) -> str:
    """Ask about a ledger, with the approval of another person; returns the question's id once it is answered."""
    agreement = scene.agreements[PURPOSE]
    officer.get("/desk/ask")
    officer.post("/desk/ask", {"agreement": agreement.digest()})
    question = officer.path.split("/")[3]
    officer.post(f"/desk/ask/{question}/ledger", {"ledger": ledger})
    terms: dict[str, str | list[str]] = {"region": COUNTY, "case": CASE}
    officer.post(f"/desk/ask/{question}/terms", terms | {"attributes": list(agreement.attributes)})
    officer.get(f"/desk/ask/{question}")
    assert "盲化散列" in officer.page
    officer.post(f"/desk/ask/{question}", {"deed": "submit"})
    head.get(f"/desk/approvals/{question}")
    head.post(f"/desk/approvals/{question}", {"deed": "approve"})
    officer.get(f"/desk/questions/{question}")
    officer.post(f"/desk/ask/{question}", {"deed": "send"})
    officer.get(f"/desk/questions/{question}")
    return question


def test_a_roster_comes_back_with_true_answers_and_no_other_column(
    scene: Scene, office: OfficeConsole, visitor_of: Callable[[Role], Visitor]
) -> None:
    officer, head = visitor_of(Role.QUERY_OFFICER), visitor_of(Role.APPROVER)
    roster = scene.stage.province / ROSTER_PLANS[scene.plan(PURPOSE).roster].path
    question = ask(officer, head, scene, upload(officer, roster))
    assert "仅供核查参考" in officer.page
    answer = officer.http.get(f"/desk/questions/{question}/workbook")
    assert answer.status_code == 200
    results = Questioner.vault_of(office.connector).results(question)
    _check_against_the_truth(scene, results)
    before = _rows(roster.read_bytes())
    after = _rows(answer.content)
    head_row = next(at for at, row in enumerate(after, 1) if "姓名" in row)
    width = len(before[head_row - 1])
    assert [row[:width] for row in after] == before
    headings = [heading.split(" / ")[0] for heading in after[head_row - 1][width:]]
    assert headings == [
        "比对结果（仅供核查参考）",
        "符合重度残疾人护理补贴残疾条件",
        "残疾人证有效期至",
        "残疾人证有效",
        "数据月份",
        "回执编号",
        "保存至",
    ]
    truths = _true_answers(scene)
    answered = 0
    for result in results:
        cells = after[result.row_number - 1][width:]
        assert bool(cells[-2]) == bool(result.receipt_number)
        if result.values:
            answered += 1
            assert cells[1].startswith("是") == (truths[result.row_number] == "1")
        else:
            assert set(cells[1:]) == {""}
    assert answered > 0


def _check_against_the_truth(scene: Scene, results: Sequence[RowResult]) -> None:
    plan = scene.plan(PURPOSE)
    score = score_question(scene.stage.province, plan, scene.session(plan.provider), scene.agreements[PURPOSE], results)
    assert score.all_rows.matched == score.released > 0
    assert score.all_rows.right == score.all_rows.matched


def _true_answers(scene: Scene) -> dict[int, str]:
    plan = scene.plan(PURPOSE)
    truth = truth_of(scene.stage.province, plan, scene.session(plan.provider), scene.agreements[PURPOSE])
    with (scene.stage.province / "truth" / "children.csv").open(encoding="utf-8", newline="") as stream:
        answers = {row["child"]: row[plan.attribute] for row in csv.DictReader(stream)}
    return {int(row): answers[child] for row, child in truth.child_of_row.items()}


def _rows(workbook: bytes) -> list[list[str]]:
    sheet = load_workbook(BytesIO(workbook), data_only=True).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
