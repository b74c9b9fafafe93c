"""The questions of this agency's officers as the console keeps them: prepared, approved, being asked, answered.

A draft and the question that it becomes have one id.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, insert, select, update

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.draft_states import Deed, DeedRefusedError, DraftState, do
from connectors.desk.purposes_for import Askable
from connectors.desk.question_draft import DeclineReason, Draft
from connectors.identifiers import new_uuid
from connectors.requester.ledger_roster import ledger_store_of
from connectors.requester.open_question import Step
from connectors.state.database import reading, writing
from connectors.state.desk_tables import question_draft
from connectors.state.ledgers import LedgerUnknownError, mark_asked


@dataclass(frozen=True, slots=True)
class RosterCount:
    """What was counted in a ledger: its version, rows with keys, their keys, and rows outside the agreed regions."""

    version: str | None
    children: int
    hashes: int
    outside_rows: tuple[int, ...]


class DraftNotFoundError(LookupError):
    """There is no such question, or it is not this person's to see."""

    def __init__(self) -> None:
        super().__init__("没有这项查询 / there is no such question")


_UNCOUNTED: Final[Mapping[str, None]] = MappingProxyType(
    {"roster_version": None, "children": None, "hashes": None, "outside_rows": None, "failure": None}
)

DEED_ACTIONS: Final[Mapping[Deed, Action]] = MappingProxyType(
    {
        Deed.SUBMIT: Action.QUESTION_SUBMITTED,
        Deed.WITHDRAW: Action.QUESTION_WITHDRAWN,
        Deed.APPROVE: Action.QUESTION_APPROVED,
        Deed.DECLINE: Action.QUESTION_REFUSED,
        Deed.ASK: Action.QUESTION_ASKED,
        Deed.FINISH: Action.QUESTION_ANSWERED,
        Deed.STOP: Action.QUESTION_FAILED,
        Deed.PAUSE: Action.QUESTION_PAUSED,
        Deed.RESUME: Action.QUESTION_RESUMED,
        Deed.HALT: Action.QUESTION_HALTED,
        Deed.DESTROY: Action.QUESTION_DELETED,
    }
)


def begin_draft(
    console: Console, author: str, askable: Askable, settled: Mapping[str, object] = MappingProxyType({})
) -> Draft:
    """Keep a new draft for everything that the agreement allows, with those columns that are settled already."""
    connector = console.connector
    now = connector.seconds()
    with writing(connector.state) as connection:
        id_ = new_uuid(connector.random)
        connection.execute(
            insert(question_draft).values(
                id=id_,
                state=DraftState.DRAFT.value,
                author=author,
                needs_approval=True,
                agreement=askable.digest,
                attributes=json.dumps([output.attribute for output in askable.outputs]),
                prepared_at=now,
                changed_at=now,
                done=0,
                total=0,
                **settled,
            )
        )
        record_in(connection, now, author, Action.QUESTION_DRAFTED, id_, askable.purpose.id)
        return _read(connection, id_)


def choose_ledger(console: Console, author: str, id_: str, ledger: str) -> Draft:
    """Note which of the author's ledgers lists the children; its rows are to be counted anew.

    Raises:
        LedgerUnknownError: no such ledger, or somebody else's.
    """
    kept = ledger_store_of(console.connector).find(ledger)
    if kept is None or kept.owner != author:
        raise LedgerUnknownError
    return _change(console, author, id_, {"ledger": ledger, **_UNCOUNTED})


def choose_terms(
    console: Console, author: str, id_: str, *, region: str, case: str | None, attributes: tuple[str, ...]
) -> Draft:
    """Note whose children they are, for which case, and what is asked; the county of each row follows anew."""
    terms = {"region": region, "case": case, "attributes": json.dumps(attributes)}
    return _change(console, author, id_, {**terms, **_UNCOUNTED})


def note_count(console: Console, counted: Draft, count: RosterCount, *, needs_approval: bool) -> None:
    """Note what was counted in the ledger of a draft, unless the draft was changed meanwhile."""
    values = {
        "roster_version": count.version,
        "children": count.children,
        "hashes": count.hashes,
        "outside_rows": json.dumps(count.outside_rows),
        "needs_approval": needs_approval,
    }
    _note(console, counted, values)


def note_uncountable(console: Console, draft: Draft, failure: str) -> None:
    """Note that the ledger of a draft can't be read, unless the draft was changed meanwhile."""
    _note(console, draft, {"failure": failure})


def do_deed(
    console: Console, id_: str, deed: Deed, actor: str | None, changes: Mapping[str, Any] = MappingProxyType({})
) -> Draft:
    """Do a deed and record it.

    Raises:
        DeedRefusedError: it is not open.
        DraftNotFoundError: no such question.
    """
    now = console.connector.seconds()
    with writing(console.connector.state) as connection:
        before = _read(connection, id_)
        after = do(before.standing, deed, actor)
        values = {"state": after.state.value, "approver": after.approver, "changed_at": now, **changes}
        if deed is Deed.ASK:
            values |= {"asked_at": before.asked_at or now, "failure": None, "clause": None}
            mark_asked(connection, before.ledger or "")
        if deed is Deed.RESUME:
            values |= {"failure": None, "clause": None}
        _update(connection, id_, values)
        detail = changes.get("failure") or changes.get("decline_reason")
        record_in(connection, now, actor, DEED_ACTIONS[deed], id_, detail)
        return _read(connection, id_)


def note_progress(console: Console, id_: str, step: Step, done: int, total: int) -> None:
    """Note how far asking has come."""
    with writing(console.connector.state) as connection:
        values = {"step": step.value, "done": done, "total": total, "step_at": console.connector.seconds()}
        _update(connection, id_, values)


def note_undecided(console: Console, id_: str, undecided: int) -> None:
    """Note how many possible matches of a question wait."""
    with writing(console.connector.state) as connection:
        _update(connection, id_, {"undecided": undecided})


def get_draft(console: Console, id_: str, author: str | None = None) -> Draft:
    """Return a question, of this author if one is named; raises DraftNotFoundError."""
    with reading(console.connector.state) as connection:
        found = _read(connection, id_)
    if author is not None and found.author != author:
        raise DraftNotFoundError
    return found


def list_drafts(console: Console, *, author: str | None = None, states: tuple[DraftState, ...] = ()) -> list[Draft]:
    """Return questions, the newest first: of one author, in some states."""
    query = select(question_draft).order_by(question_draft.c.prepared_at.desc(), question_draft.c.id)
    if author is not None:
        query = query.where(question_draft.c.author == author)
    if states:
        query = query.where(question_draft.c.state.in_([state.value for state in states]))
    with reading(console.connector.state) as connection:
        return [_draft_of(row) for row in connection.execute(query).mappings()]


def _note(console: Console, expected: Draft, values: Mapping[str, object]) -> None:
    with writing(console.connector.state) as connection:
        known = _read(connection, expected.id)
        if known.state is DraftState.DRAFT and (known.ledger, known.region) == (expected.ledger, expected.region):
            _update(connection, expected.id, values)


def _change(console: Console, author: str, id_: str, values: Mapping[str, object]) -> Draft:
    with writing(console.connector.state) as connection:
        known = _read(connection, id_)
        if known.author != author:
            raise DraftNotFoundError
        if known.state is not DraftState.DRAFT:
            raise DeedRefusedError("not_in_this_state")
        _update(connection, id_, values)
        return _read(connection, id_)


def _update(connection: Connection, id_: str, values: Mapping[str, object]) -> None:
    connection.execute(update(question_draft).where(question_draft.c.id == id_).values(**values))


def _read(connection: Connection, id_: str) -> Draft:
    row = connection.execute(select(question_draft).where(question_draft.c.id == id_)).mappings().one_or_none()
    if row is None:
        raise DraftNotFoundError
    return _draft_of(row)


def _draft_of(row: RowMapping) -> Draft:
    step, declined = row["step"], row["decline_reason"]
    members = {
        **row,
        "state": DraftState(row["state"]),
        "attributes": tuple(json.loads(row["attributes"])),
        "outside_rows": tuple(json.loads(row["outside_rows"] or "[]")),
        "step": None if step is None else Step(step),
        "decline_reason": None if declined is None else DeclineReason(declined),
    }
    return Draft(**members)
