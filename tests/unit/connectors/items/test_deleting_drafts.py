"""Deleting an item that was never sent: its author's word is enough, and its content is gone for good."""

import pytest

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.items.actions import open_item, take_step
from connectors.items.delete_draft import delete_draft
from connectors.items.errors import ItemNotFoundError, StepRefusedError
from connectors.items.lists import get_item, list_items
from connectors.items.outbox import deliver
from connectors.items.papers import child_named_in
from connectors.items.synchronise import synchronise
from connectors.items.views import ItemScope
from connectors.state.database import reading
from connectors.state.items import list_papers
from tests.unit.connectors.items.items_gateway import BUREAU, CIVIL, County, Office
from tests.unit.connectors.items.test_papers import PAPERS
from tests.unit.connectors.items.test_referral import REFERRAL

NAME = child_named_in(REFERRAL)


def open_draft(bureau: Office) -> tuple[Account, str]:
    officer = bureau.account(Role.CASE_OWNER)
    return officer, open_item(bureau.console, officer, "W6", {}, REFERRAL)


def papers_kept(office: Office, item: str) -> int:
    with reading(office.connector.state) as connection:
        return len(list_papers(connection, [item]))


def test_a_deleted_draft_is_withdrawn_at_the_gateway_and_gone_here(county: County) -> None:
    bureau = county[BUREAU]
    officer, item = open_draft(bureau)
    assert get_item(bureau.console, officer, item).is_own_draft
    assert papers_kept(bureau, item) == 1
    assert delete_draft(bureau.console, officer, item)
    assert county.gateway.state(item) == "withdrawn"
    assert papers_kept(bureau, item) == 0
    synchronise(bureau.console)
    assert list_items(bureau.console, officer, scope=ItemScope.ALL) == []
    (closed,) = list_items(bureau.console, officer, scope=ItemScope.CLOSED)
    assert (closed.item, closed.child_name) == (item, None)
    with reading(bureau.connector.state) as connection:
        assert list_record(connection, item)[0].action is Action.ITEM_DELETED
    with pytest.raises(StepRefusedError):
        delete_draft(bureau.console, officer, item)


def test_a_draft_that_never_left_is_gone_as_a_whole(county: County) -> None:
    bureau = county[BUREAU]
    county.gateway.is_away = True
    officer, item = open_draft(bureau)
    assert delete_draft(bureau.console, officer, item)
    with pytest.raises(ItemNotFoundError):
        get_item(bureau.console, officer, item)
    county.gateway.is_away = False
    deliver(bureau.console)
    assert item not in county.gateway.items


def test_without_the_gateway_the_content_is_gone_at_once(county: County) -> None:
    bureau = county[BUREAU]
    officer, item = open_draft(bureau)
    county.gateway.is_away = True
    assert not delete_draft(bureau.console, officer, item)
    assert papers_kept(bureau, item) == 0
    county.gateway.is_away = False
    deliver(bureau.console)
    assert county.gateway.state(item) == "withdrawn"


def test_what_the_gateway_has_after_all_comes_back_without_content(county: County) -> None:
    bureau = county[BUREAU]
    county.gateway.loses_answers = True
    officer, item = open_draft(bureau)
    assert item in county.gateway.items
    delete_draft(bureau.console, officer, item)
    county.gateway.loses_answers = False
    synchronise(bureau.console)
    (row,) = list_items(bureau.console, officer, scope=ItemScope.ALL)
    assert (row.item, row.child_name) == (item, None)
    assert delete_draft(bureau.console, officer, item)
    assert county.gateway.state(item) == "withdrawn"


def test_nobody_else_deletes_it_and_nobody_what_was_sent(county: County) -> None:
    bureau = county[BUREAU]
    officer, item = open_draft(bureau)
    other = Account("somebody.else", "张三", officer.roles)
    assert not get_item(bureau.console, other, item).is_own_draft
    with pytest.raises(StepRefusedError):
        delete_draft(bureau.console, other, item)
    take_step(bureau.console, officer, item, "send", next_office=CIVIL, own=REFERRAL)
    with pytest.raises(StepRefusedError):
        delete_draft(bureau.console, officer, item)
    assert papers_kept(bureau, item) == 1
    assert get_item(bureau.console, officer, item).row.child_name == NAME


def test_what_begins_at_other_offices_is_no_draft(county: County) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.SCHOOL_USER)
    item = open_item(bureau.console, officer, "W1", {"education": BUREAU, "township": CIVIL}, PAPERS[5])
    with pytest.raises(StepRefusedError):
        delete_draft(bureau.console, officer, item)
