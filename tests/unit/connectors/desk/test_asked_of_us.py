"""What was asked of an office, on its pages: use by agreement, each exchange, suspending, and the state of its data."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.desk.asked_of_us import HoldReason, NotOursToHoldError, count_releases, get_use, list_releases, suspend
from connectors.desk.register_checks import CheckState, begin_check, latest_check
from connectors.state.agreements import find_agreement, keep_agreement
from connectors.state.database import reading
from connectors.state.releases import Release, keep_release
from schemas.agreement import Agreement, AgreementState
from schemas.base64url import encode_base64url
from schemas.formats import digest_of
from tests.unit.connectors.offices import SECONDS, agreement_with, citizen_id
from tests.unit.connectors.web.office_desk import OfficeDesk, open_desk

REFUSED = "no_longer_held"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OfficeDesk]:
    """The console of the federation's office."""
    opened = open_desk(tmp_path)
    yield opened
    opened.console.client.close()
    opened.connector.state.dispose()


@pytest.fixture
def agreement(desk: OfficeDesk) -> Agreement:
    """An agreement under which the office was asked three times about two children each."""
    state, agreement = desk.console.connector.state, agreement_with()
    keep_agreement(state, agreement, (), AgreementState.ACTIVE)
    for number in range(3):
        handles = [encode_base64url(bytes([number, place]) * 8) for place in range(2)]
        done = Release(
            receipt_number=f"A2026030500{number:02d}"[:13],
            request=digest_of(b"request %d" % number),
            agreement=agreement.digest(),
            requester=agreement.requester.agency,
            officer="officer-07",
            case="TA-1",
            attributes=agreement.attributes,
            refused_by_handle=dict(zip(handles, (None, REFUSED), strict=True)),
        )
        keep_release(state, done, digest_of(b"answer %d" % number), SECONDS + number)
    return agreement


def test_use_is_counted_by_agreement(desk: OfficeDesk, agreement: Agreement) -> None:
    use = get_use(desk.console, agreement.digest())
    assert (use.releases, use.records, use.refused, use.last_at) == (3, 6, 3, SECONDS + 2)
    assert count_releases(desk.console, agreement.digest()) == count_releases(desk.console) == 3
    newest, *_ = list_releases(desk.console, 0, 2)
    assert (newest.released_at, newest.records, newest.refused, newest.case) == (SECONDS + 2, 2, 1, "TA-1")
    with pytest.raises(NotOursToHoldError):
        get_use(desk.console, "A" * 43)


def test_the_page_tells_each_exchange_and_no_child(desk: OfficeDesk, agreement: Agreement) -> None:
    page = desk.browser(Role.DATA_STEWARD).client.get(f"/desk/asked?agreement={agreement.digest()}").text
    for words in ("残疾人两项补贴资格核验", "officer-07", "TA-1", "中止或恢复"):
        assert words in page
    assert citizen_id(1) not in page
    with reading(desk.console.connector.state) as connection:
        newest = list_record(connection, agreement.digest())[0]
    assert (newest.action, newest.detail) == (Action.RELEASES_VIEWED, "rows=3")


def test_an_agreement_is_suspended_here_even_if_the_gateway_is_silent(desk: OfficeDesk, agreement: Agreement) -> None:
    browser = desk.browser(Role.SHARING_OFFICE_HEAD)
    address = f"/desk/asked/agreements/{agreement.digest()}"
    assert "请选择理由" in browser.post(address, deed="suspend").text
    answer = browser.post(address, deed="suspend", reason="incident")
    assert answer.headers["Location"].endswith("done=here_only")
    copy = find_agreement(desk.console.connector.state, agreement.digest())
    assert copy is not None
    assert copy.standing.state is AgreementState.SUSPENDED
    with reading(desk.console.connector.state) as connection:
        newest = list_record(connection, agreement.digest())[0]
    assert (newest.action, newest.detail) == (Action.AGREEMENT_SUSPENDED, "incident")
    with pytest.raises(NotOursToHoldError):
        suspend(desk.console, "somebody", "A" * 43, HoldReason.INCIDENT)


def test_the_register_is_checked_without_a_value_on_the_page(desk: OfficeDesk) -> None:
    browser = desk.browser(Role.DATA_STEWARD)
    assert "核对登记册" in browser.client.get("/desk/data").text
    browser.post("/desk/data/checks")
    ends_at = time.monotonic() + 30
    while (check := latest_check(desk.console)) is None or check.state is CheckState.RUNNING:
        assert time.monotonic() < ends_at
        time.sleep(0.05)
    page = browser.client.get("/desk/data").text
    assert "可以比对" in page
    assert re.search(r"[0-9]{17}[0-9X]", page) is None
    assert check.report is not None
    assert check.report["rows"] > 0


def test_one_check_at_a_time_and_a_register_that_is_gone_is_told(desk: OfficeDesk) -> None:
    for path in Path(desk.console.connector.folder).glob("register.csv"):
        path.unlink()
    thread = begin_check(desk.console, "steward")
    assert thread is not None
    thread.join(30)
    check = latest_check(desk.console)
    assert check is not None
    assert (check.state, check.failure) == (CheckState.FAILED, "file_missing")
    assert "上次核对没有完成" in desk.browser(Role.DATA_STEWARD).client.get("/desk/data").text
