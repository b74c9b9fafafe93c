"""Items between agencies over real HTTP: a referral's whole way, a mandatory report, and a gateway that goes away."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import pytest

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.context import OFFICE_ZONE
from connectors.items.actions import open_item, take_step
from connectors.items.errors import ItemNotFoundError
from connectors.items.lists import get_item, list_items
from connectors.items.outbox import deliver
from connectors.items.papers import Child, ReferralPaper, ReportPaper, ResultPaper, VisitPaper
from connectors.items.synchronise import exchange_items, synchronise
from connectors.items.views import ItemScope, ItemView
from connectors.items.visits import report_visit
from connectors.items.words import Danger, Service, Situation
from connectors.key_statements import rotate_key
from connectors.own_log.check_entries import OwnLogCheck
from connectors.state.alerts import list_alerts
from connectors.state.promises import list_promises
from demo.province import Agency
from demo.scenario.cast import PARTS
from demo.scenario.stage import Stage
from keys.custody.key_ring import KeyKind
from schemas.check_digit import complete_citizen_id
from schemas.workflows.events import Reporter
from schemas.workflows.item_number import number_of
from tests.scene import QUICK_KDF_COST

SCHOOL: Final = "童安县第一小学"
NUMBER: Final = complete_citizen_id("99010120150507021")
CHILD: Final = Child(
    name="欧阳小满", citizen_id=NUMBER, address="槐树镇柳沟村", guardian_name="欧阳建国", guardian_phone="0990-5556789"
)
REFERRAL: Final = ReferralPaper(
    child=CHILD, situations=(Situation.LEFT_BEHIND,), wanted=(Service.HOME_VISIT,), note="祖母上月住院"
)
VISIT: Final = VisitPaper(visited_on=date(2026, 4, 2), child_seen=True, note="灶台是凉的")
RESULT: Final = ResultPaper(services=(Service.TEMPORARY_RELIEF,), note="已发放临时救助")
REPORT: Final = ReportPaper(child=CHILD, situations=(Danger.UNATTENDED,), place="柳沟村口", note="三天没有大人")
REPORTER: Final = Reporter(name="诸葛老师", contact="0990-5554321")
CLEAR: Final = ("欧阳", "柳沟", NUMBER, "5556789", "祖母", "灶台", "已发放", "诸葛", "5554321", "三天没有")
EDUCATION, CIVIL, POLICE, FEDERATION = (
    PARTS[kind].agency
    for kind in (Agency.EDUCATION, Agency.CIVIL_AFFAIRS, Agency.PUBLIC_SECURITY, Agency.DISABLED_FEDERATION)
)


@dataclass
class Province:
    """The gateway's process, which a test may stop, and the consoles of four agencies."""

    stage: Stage
    running: ExitStack = field(default_factory=ExitStack)
    consoles: dict[str, Console] = field(default_factory=dict)

    def start_gateway(self) -> None:
        self.running.enter_context(self.stage.serving_gateway())

    def stop_gateway(self) -> None:
        self.running.close()

    def account(self, role: Role) -> Account:
        return Account(role.value.replace("_", "-"), "王安", frozenset({role}), SCHOOL if "school" in role else None)

    def do(self, agency: str, role: Role, item: str, step: str, **given: object) -> None:
        take_step(self.consoles[agency], self.account(role), item, step, **given)  # type: ignore[arg-type]

    def view(self, agency: str, role: Role, item: str) -> ItemView:
        return get_item(self.consoles[agency], self.account(role), item)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """Four agencies that have joined a gateway; no data, no agreements."""
    stage = Stage(tmp_path_factory.mktemp("items"), datetime.now(OFFICE_ZONE).date(), QUICK_KDF_COST)
    stage.found()
    province = Province(stage)
    with ExitStack() as stack:
        stack.callback(province.stop_gateway)
        province.start_gateway()
        for desk in stage.desks.values():
            session = desk.sit_down()
            stack.callback(session.close)
            province.consoles[session.connector.agency] = Console(session.connector, session.trust, session.client)
        yield province


def test_a_referral_goes_its_whole_way(province: Province) -> None:
    education, civil = province.consoles[EDUCATION], province.consoles[CIVIL]
    item = open_item(education, province.account(Role.SCHOOL_USER), "W6", {}, REFERRAL)
    province.do(EDUCATION, Role.SCHOOL_USER, item, "send", next_office=FEDERATION, own=REFERRAL)
    federation = province.consoles[FEDERATION]
    assert synchronise(federation).read == 1
    province.do(FEDERATION, Role.CASE_OWNER, item, "acknowledge")
    province.do(FEDERATION, Role.CASE_OWNER, item, "redirect", reason="not_our_duty", next_office=CIVIL, own=REFERRAL)
    assert synchronise(civil).read == 1
    (row,) = list_items(civil, province.account(Role.CASE_OWNER), scope=ItemScope.WAITING)
    assert (row.item, row.child_name) == (item, "欧阳小满")
    for step in ("acknowledge", "accept"):
        province.do(CIVIL, Role.CASE_OWNER, item, step)
    assert report_visit(civil, province.account(Role.VILLAGE_DIRECTOR), number_of("W6", item), VISIT, "visit-0402")
    province.do(CIVIL, Role.CASE_OWNER, item, "begin")
    province.do(CIVIL, Role.CASE_OWNER, item, "give_result", reason="served", proof="result-7", own=RESULT)
    assert synchronise(education).read == 1
    view = province.view(EDUCATION, Role.SCHOOL_USER, item)
    assert view.papers[-1][1] == RESULT
    assert VISIT not in [paper for _, paper in view.papers]
    province.do(EDUCATION, Role.SCHOOL_USER, item, "close")
    for agency, role in ((CIVIL, Role.CASE_OWNER), (FEDERATION, Role.CASE_OWNER), (EDUCATION, Role.SCHOOL_USER)):
        synchronise(province.consoles[agency])
        assert not list_items(province.consoles[agency], province.account(role), scope=ItemScope.ALL)
    assert province.view(FEDERATION, Role.CASE_OWNER, item).papers == ()
    synchronise(province.consoles[POLICE])
    with pytest.raises(ItemNotFoundError):
        province.view(POLICE, Role.CASE_OWNER, item)
    _check_nobody_was_warned(province)


def test_a_reporter_stays_where_the_report_was_taken_down(province: Province) -> None:
    police, civil = province.consoles[POLICE], province.consoles[CIVIL]
    seats = {"police": POLICE, "township": CIVIL, "civil_affairs": CIVIL}
    item = open_item(police, province.account(Role.DUTY_OFFICER), "W2", seats, REPORT, reporter=REPORTER)
    province.do(POLICE, Role.DUTY_OFFICER, item, "take_down")
    synchronise(civil)
    (_, at_police), *_ = province.view(POLICE, Role.DUTY_OFFICER, item).papers
    (_, at_civil), *_ = province.view(CIVIL, Role.CHILD_SUPERVISOR, item).papers
    assert isinstance(at_police, ReportPaper)
    assert (at_police.reporter, at_civil) == (REPORTER, REPORT)
    province.do(CIVIL, Role.CHILD_SUPERVISOR, item, "township_acknowledge")
    synchronise(police)
    assert province.view(POLICE, Role.DUTY_OFFICER, item).lines[-1].transition == "township_acknowledge"
    _check_nobody_was_warned(province)


def test_a_gateway_that_goes_away_loses_nothing(province: Province) -> None:
    education, civil = province.consoles[EDUCATION], province.consoles[CIVIL]
    item = open_item(education, province.account(Role.CASE_OWNER), "W6", {}, REFERRAL)
    province.do(EDUCATION, Role.CASE_OWNER, item, "send", next_office=CIVIL, own=REFERRAL)
    synchronise(civil)
    province.stop_gateway()
    province.do(CIVIL, Role.CASE_OWNER, item, "acknowledge")
    other = open_item(civil, province.account(Role.CASE_OWNER), "W6", {}, REFERRAL)
    assert province.view(CIVIL, Role.CASE_OWNER, item).row.pending
    assert deliver(civil).waiting == 2
    assert not synchronise(education).is_complete
    province.start_gateway()
    exchange_items(civil)
    assert deliver(civil).delivered == 0
    synchronise(education)
    assert province.view(EDUCATION, Role.CASE_OWNER, item).row.state_id == "acknowledged"
    assert len(province.view(EDUCATION, Role.CASE_OWNER, item).lines) == 3
    assert [row.item for row in list_items(civil, province.account(Role.CASE_OWNER), scope=ItemScope.ALL)]
    assert not province.view(CIVIL, Role.CASE_OWNER, other).row.pending
    _check_nobody_was_warned(province)


def test_keys_may_change_on_the_way(province: Province) -> None:
    """A paper opens with the key of its day, and an event verifies with one that nobody here has heard of yet."""
    education, civil = province.consoles[EDUCATION], province.consoles[CIVIL]
    item = open_item(education, province.account(Role.CASE_OWNER), "W6", {}, REFERRAL)
    province.do(EDUCATION, Role.CASE_OWNER, item, "send", next_office=CIVIL, own=REFERRAL)
    rotate_key(civil.connector, civil.client, KeyKind.OPENING, timedelta(hours=1))
    synchronise(civil)
    rotate_key(civil.connector, civil.client, KeyKind.SIGNING, timedelta(0))
    for step in ("acknowledge", "accept", "begin"):
        province.do(CIVIL, Role.CASE_OWNER, item, step)
    province.do(CIVIL, Role.CASE_OWNER, item, "give_result", reason="served", proof="result-8", own=RESULT)
    synchronise(education)
    assert province.view(EDUCATION, Role.CASE_OWNER, item).papers[-1][1] == RESULT
    province.do(EDUCATION, Role.CASE_OWNER, item, "ask_for_more", reason="result_incomplete")
    synchronise(civil)
    assert province.view(CIVIL, Role.CASE_OWNER, item).papers[0][1] == REFERRAL
    _check_nobody_was_warned(province)


def test_no_clear_text_rests_anywhere(province: Province) -> None:
    """Neither the gateway's files nor those of an agency hold a word of a paper."""
    looked_at = 0
    for path in province.stage.folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        looked_at += len(content)
        forms = [
            form for clear in CLEAR for form in (clear.encode(), clear.encode("utf-16-le"), clear.encode("gb18030"))
        ]
        assert not [form for form in forms if form in content], path.name
    assert looked_at > 100_000


@pytest.mark.parametrize("agency", [EDUCATION, CIVIL, POLICE, FEDERATION])
def test_the_log_says_of_items_what_the_agency_kept(province: Province, agency: str) -> None:
    console = province.consoles[agency]
    last = list_promises(console.connector.state)[-1]
    deadline = time.monotonic() + 60
    while console.client.find_inclusion(last.leaf) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    found = OwnLogCheck(console.connector, console.client).run()
    assert found.compared > 2
    assert not found.faults


def _check_nobody_was_warned(province: Province) -> None:
    for console in province.consoles.values():
        assert not list_alerts(console.connector.state)
