"""Checked ledgers as officers have them, and the console of the office that asks about them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.desk.draft_states import Deed
from connectors.desk.drafts import begin_draft, choose_ledger, choose_terms, do_deed, get_draft
from connectors.desk.purposes_for import get_askable
from connectors.desk.question_draft import Draft
from connectors.desk.question_work import count_ledger
from connectors.identifiers import new_uuid
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.database import writing
from connectors.state.ledger_rows import CheckedRow, LedgerRowStore
from connectors.state.ledgers import LedgerCard, LedgerState
from tests.unit.connectors.requester.asking_offices import COLUMNS, Office

OFFICER: Final = Account("li.na", "李娜", frozenset({Role.QUERY_OFFICER}))
HEAD: Final = Account("wang.an", "王安", frozenset({Role.APPROVER}))


def console_of(office: Office) -> Console:
    """Return the office's console."""
    return Console(office.connector, office.trust, office.client)


def keep_ledger(console: Console, rows: Sequence[dict[str, str]], owner: str = OFFICER.id) -> str:
    """Keep a ledger of these rows as the check leaves it; the first row has number 2."""
    store = ledger_store_of(console.connector)
    id_ = new_uuid(console.random)
    positions = {name: at for at, name in enumerate(COLUMNS)}
    card = LedgerCard(name="名册.csv", kind="csv", labels=tuple(COLUMNS.values()), columns=positions)
    expires_on = console.connector.today() + timedelta(days=30)
    store.add(id_, owner, card, [_as_csv(rows)], console.seconds(), expires_on)
    checked = [
        CheckedRow(
            number=number,
            cells={at: row.get(name, "") or None for name, at in positions.items()},
            is_usable=True,
            number_tag=None,
            findings=(),
        )
        for number, row in enumerate(rows, 2)
    ]
    with writing(store.state) as connection:
        LedgerRowStore(store, id_).add(connection, checked)
        store.change_in(
            connection,
            id_,
            state=LedgerState.READY.value,
            data_set="query_roster",
            subject="child",
            rows=len(rows),
            usable_rows=len(rows),
        )
    return id_


def prepared(console: Console, office: Office, rows: Sequence[dict[str, str]], case: str | None = "TA-1") -> Draft:
    """Return a draft of the officer about these rows, counted."""
    askable = get_askable(console, office.agreement.digest())
    draft = begin_draft(console, OFFICER.id, askable)
    choose_ledger(console, OFFICER.id, draft.id, keep_ledger(console, rows))
    choose_terms(console, OFFICER.id, draft.id, region="990101", case=case, attributes=tuple(sorted(draft.attributes)))
    count_ledger(console, draft.id)
    return get_draft(console, draft.id)


def being_asked(console: Console, office: Office, rows: Sequence[dict[str, str]]) -> Draft:
    """Return such a draft, approved and on its way."""
    draft = prepared(console, office, rows)
    if draft.needs_approval:
        do_deed(console, draft.id, Deed.SUBMIT, OFFICER.id)
        do_deed(console, draft.id, Deed.APPROVE, HEAD.id)
    return do_deed(console, draft.id, Deed.ASK, OFFICER.id)


def _as_csv(rows: Sequence[dict[str, str]]) -> bytes:
    lines = [",".join(COLUMNS.values()), *(",".join(row.get(name, "") for name in COLUMNS) for row in rows)]
    return ("\n".join(lines) + "\n").encode()
