"""Register a standing question, approve it, replace its roster, and end it; every deed is recorded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, delete

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.context import OFFICE_ZONE
from connectors.desk.ledgers import keep_ledger_until
from connectors.desk.purposes_for import Askable, get_askable
from connectors.identifiers import new_uuid
from connectors.requester.ledger_roster import ledger_store_of
from connectors.standing.rhythm import Schedule, next_due
from connectors.standing.standing_states import StandingDeed, StandingState, do
from connectors.state.database import destroying, reading, writing
from connectors.state.ledgers import KeptLedger, LedgerState, LedgerUnknownError, mark_asked
from connectors.state.standing import (
    StandingNotFoundError,
    StandingQuestion,
    add_standing,
    change_standing,
    delete_run,
    forget_answers,
    get_standing,
    list_runs,
    list_standing,
)
from connectors.state.tables import question
from schemas.messages.match import SubjectKind

DEED_ACTIONS: Final[Mapping[StandingDeed, Action]] = MappingProxyType(
    {
        StandingDeed.APPROVE: Action.STANDING_APPROVED,
        StandingDeed.DECLINE: Action.STANDING_DECLINED,
        StandingDeed.REPLACE: Action.STANDING_ROSTER_REPLACED,
        StandingDeed.STOP: Action.STANDING_ENDED,
        StandingDeed.REVOKE: Action.STANDING_ENDED,
        StandingDeed.END: Action.STANDING_ENDED,
    }
)
_ENDING: Final = frozenset({StandingDeed.STOP, StandingDeed.REVOKE, StandingDeed.END, StandingDeed.DECLINE})


class UntilError(ValueError):
    """The last day is not one on which the agreement is in force, or has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What an officer registers: the agreement (digest), the ledger, whose children, for which case, when, how long."""

    agreement: str
    ledger: str
    region: str
    case: str | None
    schedule: Schedule
    until_on: date


def last_day_of(askable: Askable) -> date:
    """Return the last whole day on which an agreement is in force."""
    ends_at = datetime.fromtimestamp(askable.agreement.valid_until, UTC).astimezone(OFFICE_ZONE)
    return ends_at.date() - timedelta(days=1)


def register(console: Console, author: str, wanted: Registration) -> str:
    """Keep a standing question that waits for approval; returns its id.

    Raises:
        NotAskableError: no such agreement in force under which this agency asks.
        LedgerUnknownError: not the author's ledger, or none that children can be asked about with.
        UntilError: the last day is outside the agreement's period.
    """
    connector = console.connector
    askable = get_askable(console, wanted.agreement)
    if not connector.today() <= wanted.until_on <= last_day_of(askable):
        raise UntilError
    kept = _own_ledger(console, author, wanted.ledger)
    now, id_ = connector.seconds(), new_uuid(connector.random)
    with writing(connector.state) as connection:
        add_standing(
            connection,
            {
                "id": id_,
                "state": StandingState.AWAITING_APPROVAL.value,
                "author": author,
                "agreement": askable.digest,
                "attributes": json.dumps([output.attribute for output in askable.outputs]),
                "region": wanted.region,
                "case": wanted.case,
                "ledger": kept.id,
                "rows": kept.usable_rows,
                "rhythm": wanted.schedule.rhythm.value,
                "day": wanted.schedule.day,
                "until_on": wanted.until_on.isoformat(),
                "next_at": now,
                "prepared_at": now,
                "changed_at": now,
            },
        )
        mark_asked(connection, kept.id)
        record_in(connection, now, author, Action.STANDING_REGISTERED, id_, askable.purpose.id)
    keep_ledger_until(console, kept.id, wanted.until_on + timedelta(days=askable.agreement.retention_days))
    return id_


def replace_roster(console: Console, author: str, id_: str, ledger: str) -> StandingQuestion:
    """Put a newer ledger in the place of the roster: it is to be approved anew; the last answers stay.

    Raises:
        StandingNotFoundError, StandingRefusedError, LedgerUnknownError.
    """
    kept = _own_ledger(console, author, ledger)
    before = _get(console, id_)
    changed = do_standing(console, id_, StandingDeed.REPLACE, author, {"ledger": kept.id, "rows": kept.usable_rows})
    with writing(console.connector.state) as connection:
        mark_asked(connection, kept.id)
    keep_ledger_until(
        console, kept.id, max(before.until_on, ledger_store_of(console.connector).get(before.ledger).expires_on)
    )
    return changed


def do_standing(
    console: Console,
    id_: str,
    deed: StandingDeed,
    actor: str | None,
    changes: Mapping[str, object] = MappingProxyType({}),
) -> StandingQuestion:
    """Do a deed and record it; what ends forgets the last answers, and a run under way.

    Raises:
        StandingNotFoundError: no such standing question.
        StandingRefusedError: the deed is not open.
    """
    now = console.connector.seconds()
    with destroying(console.connector.state) as connection:
        before = get_standing(connection, id_)
        after = do(before.standing, deed, actor)
        values = {"state": after.state.value, "approver": after.approver, "changed_at": now, **changes}
        if deed is StandingDeed.APPROVE:
            values |= {"failure": None, "clause": None, "next_at": _first_due(console, before)}
        if deed in _ENDING:
            values |= {"ended_by": actor}
            forget_answers(connection, id_)
        if deed in _ENDING or deed is StandingDeed.REPLACE:
            _give_up_run(connection, id_)
        change_standing(connection, id_, **values)
        record_in(connection, now, actor, DEED_ACTIONS[deed], id_, _detail(changes))
        return get_standing(connection, id_)


def find_seen_by(console: Console, id_: str, account: str, *, may_approve: bool) -> StandingQuestion:
    """Return a standing question for its author, or for whoever may approve; raises StandingNotFoundError."""
    found = _get(console, id_)
    if found.author != account and not may_approve:
        raise StandingNotFoundError
    return found


def list_seen_by(console: Console, account: str, *, may_approve: bool) -> list[StandingQuestion]:
    """Return the standing questions of an author, or all for whoever may approve, the newest first."""
    with reading(console.connector.state) as connection:
        return [one for one in list_standing(connection) if may_approve or one.author == account]


def _get(console: Console, id_: str) -> StandingQuestion:
    with reading(console.connector.state) as connection:
        return get_standing(connection, id_)


def _own_ledger(console: Console, author: str, ledger: str) -> KeptLedger:
    kept = ledger_store_of(console.connector).find(ledger)
    if (
        kept is None
        or kept.owner != author
        or kept.state is not LedgerState.READY
        or kept.subject is not SubjectKind.CHILD
    ):
        raise LedgerUnknownError
    return kept


def _first_due(console: Console, standing: StandingQuestion) -> int:
    """Return when an approved question is asked next: at once if it never was, else when its rhythm says."""
    with reading(console.connector.state) as connection:
        was_asked = any(run.ended_at is not None for run in list_runs(connection, standing.id))
    if not was_asked:
        return console.connector.seconds()
    return int(next_due(standing.schedule, console.now(), console.connector.agency).timestamp())


def _give_up_run(connection: Connection, standing: str) -> None:
    """Destroy what a run under way has brought: it will not be told."""
    for run in list_runs(connection, standing):
        if run.ended_at is None:
            connection.execute(delete(question).where(question.c.id == run.id))
            delete_run(connection, run.id)


def _detail(changes: Mapping[str, object]) -> str | None:
    reason = changes.get("ended_reason")
    return None if reason is None else str(reason)
