"""Acknowledging many reports at once: in the background, each once, told as it is, and over restarts."""

import pytest

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.dropouts.acknowledge import acknowledgement_worker, work_on_acknowledgements
from connectors.dropouts.dropout_lines import list_dropouts, steps_taken
from connectors.dropouts.flag_worker import work_on_flags
from connectors.dropouts.plan_flags import keep_flags
from connectors.identifiers import new_uuid
from connectors.items.actions import take_step
from connectors.items.outbox import deliver
from connectors.state.dropout_acknowledgements import (
    KEPT_SECONDS,
    AcknowledgementState,
    add_batch,
    find_open_batch,
    is_anything_waiting,
    list_batch,
)
from connectors.web.app import create_console_app
from hosting.web.site import COOKIE_NAME
from tests.accounts import add_settled_account, begin_session
from tests.item_offices import ItemRelay
from tests.unit.connectors.desk.desk_pages import PASSWORD, Browser, is_refreshing
from tests.unit.connectors.dropouts.absences import (
    CIVIL_AFFAIRS,
    SCHOOL,
    add_teacher,
    checked,
    row_of,
)

PUPILS = 4


class PowerCutError(BaseException):
    """The process ends."""


@pytest.fixture
def teacher(console: Console) -> Account:
    """Somebody at the school, who reported four pupils in writing."""
    account = add_teacher(console, "li.na", SCHOOL)
    keep_flags(console, checked(console, [row_of(pupil) for pupil in range(1, PUPILS + 1)]), CIVIL_AFFAIRS, SCHOOL)
    work_on_flags(console)
    return account


@pytest.fixture
def owner(console: Console, teacher: Account) -> Account:
    """The county's officer."""
    del teacher
    account = Account("case.owner", "才仁卓玛", frozenset({Role.CASE_OWNER}))
    add_settled_account(AgencyAccounts(console.connector), account, PASSWORD)
    return account


def browser(console: Console, owner: Account) -> Browser:
    """Return the officer's browser at a console that has just started."""
    client = create_console_app(console).test_client()
    client.set_cookie(COOKIE_NAME, begin_session(AgencyAccounts(console.connector), owner))
    client.set_cookie("language", "zh")
    return Browser(client)


def ask(console: Console, owner: Account) -> tuple[str, list[str]]:
    """Ask for all reports to be acknowledged; return the batch and its items."""
    items = [line.row.item for line in list_dropouts(console, owner)]
    batch = new_uuid(console.random)
    assert add_batch(console.connector.state, batch, owner.id, items, console.seconds()) == PUPILS
    return batch, items


def states(console: Console, owner: Account, batch: str) -> list[AcknowledgementState]:
    return [one.state for one in list_batch(console.connector.state, batch, owner.id)]


def times_acknowledged(console: Console, item: str) -> int:
    return sum(one.transition == "acknowledge" for one in steps_taken(console, item))


def test_the_worker_acknowledges_all(console: Console, owner: Account) -> None:
    batch, items = ask(console, owner)
    worker = acknowledgement_worker(console, retry_seconds=0.01)
    worker.go_on()
    worker.wait(30)
    assert states(console, owner, batch) == [AcknowledgementState.DONE] * PUPILS
    assert [times_acknowledged(console, item) for item in items] == [1] * PUPILS


def test_without_the_gateway_it_waits_and_says_so(console: Console, relay: ItemRelay, owner: Account) -> None:
    batch, items = ask(console, owner)
    relay.is_away = True
    work_on_acknowledgements(console)
    assert states(console, owner, batch) == [AcknowledgementState.WAITING] * PUPILS
    relay.is_away = False
    deliver(console)
    work_on_acknowledgements(console)
    assert states(console, owner, batch) == [AcknowledgementState.DONE] * PUPILS
    assert [times_acknowledged(console, item) for item in items] == [1] * PUPILS


def test_a_crash_between_two_reports_takes_no_step_twice(
    console: Console, owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, items = ask(console, owner)

    def die(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patched:
        patched.setattr("connectors.dropouts.acknowledge.note_acknowledgement", die)
        with pytest.raises(PowerCutError):
            work_on_acknowledgements(console)
    assert states(console, owner, batch) == [AcknowledgementState.WAITING] * PUPILS
    work_on_acknowledgements(console)
    assert states(console, owner, batch) == [AcknowledgementState.DONE] * PUPILS
    assert [times_acknowledged(console, item) for item in items] == [1] * PUPILS


def test_what_can_t_be_acknowledged_any_more_is_named(console: Console, owner: Account) -> None:
    items = [line.row.item for line in list_dropouts(console, owner)]
    batch, items[1] = new_uuid(console.random), new_uuid(console.random)  # it is with this office no longer
    add_batch(console.connector.state, batch, owner.id, items, console.seconds())
    take_step(console, owner, items[0], "acknowledge")  # another officer was quicker
    work_on_acknowledgements(console)
    found = list_batch(console.connector.state, batch, owner.id)
    assert [one.state.value for one in found] == ["done", "refused", "done", "done"]
    assert found[1].failure is not None
    page = browser(console, owner).get(f"/desk/triage?batch={batch}")
    assert "1 份没有签收" in page
    assert "已签收 3 份书面报告" in page


def test_nothing_is_asked_for_twice_and_nobody_sees_another_s_batch(console: Console, owner: Account) -> None:
    state = console.connector.state
    batch, items = ask(console, owner)
    assert add_batch(state, new_uuid(console.random), owner.id, items, console.seconds()) == 0
    assert find_open_batch(state, owner.id) == batch
    assert list_batch(state, batch, "somebody.else") == []
    work_on_acknowledgements(console)
    assert find_open_batch(state, owner.id) is None
    assert add_batch(state, new_uuid(console.random), owner.id, [], console.seconds() + KEPT_SECONDS + 1) == 0
    assert list_batch(state, batch, owner.id) == []


def test_the_page_shows_how_far_it_is_and_a_restart_goes_on(console: Console, relay: ItemRelay, owner: Account) -> None:
    batch, items = ask(console, owner)
    relay.is_away = True
    county = browser(console, owner)  # its worker finds that the gateway is away
    page = county.get("/desk/triage")
    assert f"/desk/triage/acknowledgements/{batch}" in page
    assert not is_refreshing(page)  # ticks would be lost
    assert f'id="tick-{items[0]}"' not in page
    page = county.get(f"/desk/triage/acknowledgements/{batch}")
    assert is_refreshing(page)
    assert f"完成 0 份，共 {PUPILS} 份" in page
    relay.is_away = False
    deliver(console)
    work_on_acknowledgements(console)
    assert not is_anything_waiting(console.connector.state)
    page = county.get(f"/desk/triage/acknowledgements/{batch}")
    assert not is_refreshing(page)
    assert county.path == "/desk/triage"
    assert f"已签收 {PUPILS} 份书面报告" in page
