"""What schools told of pupils is destroyed when it was kept for long enough after the item's end, and not before."""

from datetime import timedelta

import pytest

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.dropouts.absence_ledger import flag_store_of
from connectors.dropouts.dropout_lines import list_dropouts
from connectors.dropouts.entry_expiry import destroy_due_entries
from connectors.dropouts.flag_worker import work_on_flags
from connectors.dropouts.plan_flags import keep_flags
from connectors.items.actions import take_step
from connectors.items.lists import get_item
from connectors.state.database import reading
from connectors.state.items import list_papers
from tests.item_offices import ItemRelay, later
from tests.unit.connectors.dropouts.absences import CIVIL_AFFAIRS, SCHOOL, add_teacher, checked, row_of


@pytest.fixture
def teacher(console: Console) -> Account:
    """Somebody at the school."""
    return add_teacher(console, "li.na", SCHOOL)


def flag(console: Console, *rows: list[object], township: str = CIVIL_AFFAIRS) -> str:
    kept = checked(console, list(rows))
    keep_flags(console, kept, township, SCHOOL)
    work_on_flags(console)
    return kept.id


def test_what_ended_long_ago_is_destroyed_and_the_rest_stays(
    console: Console, relay: ItemRelay, teacher: Account
) -> None:
    days, connector = console.connector.settings.dropout_entry_days, console.connector
    flag(console, row_of(1, 书面报告编号=None, 家访记录编号=None), row_of(2))
    (ended,) = [line.row.item for line in list_dropouts(console, teacher) if line.row.state_id == "noticed"]
    later(relay, timedelta(days=30))
    take_step(console, teacher, ended, "attends_again")

    later(relay, timedelta(days=days - 1))  # the flag is older than that, the end of the item is not
    assert destroy_due_entries(connector) == 0
    later(relay, timedelta(days=2))
    assert destroy_due_entries(connector) == 1
    assert destroy_due_entries(connector) == 0

    store = flag_store_of(connector)
    under_way = [line for line in list_dropouts(console, teacher) if line.row.item != ended]
    assert [line.entry is None for line in under_way] == [False]
    assert store.of_items([ended]) == {}
    assert get_item(console, teacher, ended).papers == ()
    with reading(connector.state) as connection:
        assert list_papers(connection, [ended]) == {}
        lines = [line for line in list_record(connection) if line.action is Action.DROPOUT_ENTRY_DESTROYED]
    assert [(line.account, line.subject, line.detail) for line in lines] == [(None, ended, "due")]


def test_a_flag_that_was_refused_is_destroyed_too(console: Console, relay: ItemRelay, teacher: Account) -> None:
    del teacher
    ledger = flag(console, row_of(1), township="disabled_federation.990101")
    store = flag_store_of(console.connector)
    assert [one.item for one in store.of_ledger(ledger)] == [None]
    later(relay, timedelta(days=console.connector.settings.dropout_entry_days + 1))
    assert destroy_due_entries(console.connector) == 1
    assert store.of_ledger(ledger) == []


def test_what_waits_for_the_gateway_is_not_destroyed(console: Console, relay: ItemRelay, teacher: Account) -> None:
    del teacher
    relay.is_away = True
    ledger = flag(console, row_of(1))
    relay.now += timedelta(days=console.connector.settings.dropout_entry_days + 1)
    assert destroy_due_entries(console.connector) == 0
    assert len(flag_store_of(console.connector).of_ledger(ledger)) == 1
