"""Tell what a run has found changed: keep changes and last answers, and destroy everything else that it brought."""

from datetime import date, timedelta

from sqlalchemy import delete

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.context import Connector
from connectors.desk.question_answers import AnswerKind
from connectors.requester.open_question import OpenQuestion
from connectors.standing.changes import UNKNOWN, answer_of, compare
from connectors.standing.rhythm import next_due
from connectors.state.database import destroying
from connectors.state.questions import RowResult
from connectors.state.standing import StandingQuestion, StandingRun, change_run, change_standing
from connectors.state.standing_answers import KeptAnswer, KeptChange, StandingVault
from connectors.state.tables import question


def standing_vault_of(connector: Connector) -> StandingVault:
    """Return where an agency keeps last answers and changes."""
    return StandingVault(connector.state, connector.storage_key(), connector.random)


def tell_changes(console: Console, standing: StandingQuestion, run: StandingRun, asked: OpenQuestion | None) -> int:
    """End a run: compare its results with the last answers; returns how many have changed.

    Everything else about the question is destroyed; `asked` is None where there was nobody to ask about.
    """
    answers, changes = ([], []) if asked is None else _compare(console, standing, run, asked)
    now, vault = console.connector.seconds(), standing_vault_of(console.connector)
    next_at = next_due(standing.schedule, console.now(), console.connector.agency)
    through = None if run.asked_through is None else str(run.asked_through)
    with destroying(console.connector.state) as connection:
        vault.replace(connection, standing.id, answers)
        vault.add_changes(connection, run.id, changes)
        change_run(connection, run.id, ended_at=now, changes=len(changes), seen_at=None if changes else now)
        change_standing(
            connection,
            standing.id,
            next_at=int(next_at.timestamp()),
            asked_through=through,
            failure=None,
            clause=None,
        )
        connection.execute(delete(question).where(question.c.id == run.id))
        record_in(connection, now, None, Action.STANDING_ASKED, standing.id, f"rows={run.rows}")
    return len(changes)


def _compare(
    console: Console, standing: StandingQuestion, run: StandingRun, asked: OpenQuestion
) -> tuple[list[KeptAnswer], list[KeptChange]]:
    vault = standing_vault_of(console.connector)
    known, last_day = vault.answers(standing.id), _last_day(console, asked)
    answers: dict[bytes, KeptAnswer] = {}
    changes: list[KeptChange] = []
    for result in asked.vault.each_result(run.id):
        row, after = asked.rows.get(result.row_number), answer_of(result)
        if row is None or after.kind is AnswerKind.UNUSABLE:
            continue
        tag = vault.tag_of(standing.id, row.keys)
        # A child that stands in two rows is told of once.
        if tag in answers:
            continue
        expires_on = _expires_on(result, last_day)
        answers[tag] = KeptAnswer(tag, after, expires_on)
        before = known.get(tag, UNKNOWN)
        kind = compare(before, after)
        if kind is not None:
            changes.append(KeptChange(result.row_number, kind, before, after, expires_on))
    return [one for one in answers.values() if one.answer != UNKNOWN], changes


def _last_day(console: Console, asked: OpenQuestion) -> date:
    return console.connector.today() + timedelta(days=asked.query.agreement.retention_days)


def _expires_on(result: RowResult, last_day: date) -> date:
    return last_day if result.expires_on is None else date.fromisoformat(result.expires_on)
