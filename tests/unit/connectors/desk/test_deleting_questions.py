"""Deleting a question that was never asked: by its author, before it is put to approval, and for good."""

import pytest
from flask import Flask

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.desk.delete_draft import delete_draft
from connectors.desk.draft_states import Deed, DeedRefusedError
from connectors.desk.drafts import DraftNotFoundError, begin_draft, choose_ledger, do_deed, get_draft
from connectors.desk.purposes_for import list_askable
from connectors.desk.question_draft import Draft
from connectors.desk.question_work import count_ledger
from connectors.desk.run_questions import QuestionWorkers
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.database import reading, writing
from connectors.state.dropout_questions import asked_rows_of, keep_asked_rows
from connectors.state.ledgers import LedgerState
from connectors.web.app import create_console_app
from tests.unit.connectors.desk.asked_ledgers import OFFICER, keep_ledger
from tests.unit.connectors.desk.desk_pages import browser_of
from tests.unit.connectors.requester.asking_offices import child

ITEM = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def ledger(console: Console) -> str:
    """One of the officer's ledgers."""
    return keep_ledger(console, [child(1)])


def draft_with(console: Console, ledger: str) -> Draft:
    draft = begin_draft(console, OFFICER.id, list_askable(console)[0])
    return choose_ledger(console, OFFICER.id, draft.id, ledger)


def test_a_draft_is_gone_and_the_uploaded_ledger_stays(console: Console, ledger: str) -> None:
    draft = draft_with(console, ledger)
    delete_draft(console, OFFICER.id, draft.id)
    with pytest.raises(DraftNotFoundError):
        get_draft(console, draft.id)
    assert ledger_store_of(console.connector).get(ledger).state is LedgerState.READY
    with reading(console.connector.state) as connection:
        newest = list_record(connection, draft.id)[0]
    assert (newest.action, newest.detail) == (Action.QUESTION_DELETED, "draft")


def test_a_list_that_was_made_for_it_goes_with_the_last_question(console: Console, ledger: str) -> None:
    with writing(console.connector.state) as connection:
        keep_asked_rows(connection, ledger, {2: ITEM})
    first, second = draft_with(console, ledger), draft_with(console, ledger)
    delete_draft(console, OFFICER.id, first.id)
    assert ledger_store_of(console.connector).get(ledger).state is LedgerState.READY
    delete_draft(console, OFFICER.id, second.id)
    assert ledger_store_of(console.connector).get(ledger).state is LedgerState.DESTROYED
    assert asked_rows_of(console.connector.state, [ITEM]) == []


def test_nobody_else_deletes_it_and_nobody_what_waits_for_approval(console: Console, ledger: str) -> None:
    draft = draft_with(console, ledger)
    with pytest.raises(DraftNotFoundError):
        delete_draft(console, "somebody.else", draft.id)
    count_ledger(console, draft.id)
    with writing(console.connector.state) as connection:
        connection.exec_driver_sql(
            "UPDATE question_draft SET region='990101', roster_version='1', children=1, hashes=1"
        )
    do_deed(console, draft.id, Deed.SUBMIT, OFFICER.id)
    with pytest.raises(DeedRefusedError):
        delete_draft(console, OFFICER.id, draft.id)
    assert get_draft(console, draft.id).id == draft.id


def test_a_count_that_is_under_way_ends_quietly(console: Console, ledger: str) -> None:
    draft = draft_with(console, ledger)
    delete_draft(console, OFFICER.id, draft.id)
    workers = QuestionWorkers(console)
    workers.count(draft.id)
    workers.wait(10)
    assert not workers.is_under_way(draft.id)


def test_the_page_says_what_will_happen_first(console: Console, ledger: str) -> None:
    draft = draft_with(console, ledger)
    app: Flask = create_console_app(console)
    officer = browser_of(app, console, OFFICER)
    assert f"/desk/ask/{draft.id}/deletion" in officer.get(f"/desk/ask/{draft.id}/ledger")
    page = officer.get(f"/desk/ask/{draft.id}/deletion")
    assert "删除这份查询草稿" in page
    other = browser_of(app, console, Account("zhang.san", "张三", frozenset({Role.QUERY_OFFICER})))
    other.get(f"/desk/ask/{draft.id}/deletion")
    assert other.status == 404
    assert "草稿已删除" in officer.post(f"/desk/ask/{draft.id}/deletion", {}, page)
    officer.get(f"/desk/ask/{draft.id}/deletion")
    assert officer.status == 404
