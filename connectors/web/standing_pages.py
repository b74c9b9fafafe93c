"""Standing questions: the list with what waits to be read, one question's story, and what a run has found changed."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, render_template, request

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.desk.ledgers import Ledger, get_ledger
from connectors.desk.purposes_for import Askable, find_asked_under
from connectors.desk.question_failures import tell_failure
from connectors.desk.question_rows import name_ledger_rows
from connectors.desk.question_statement import name_attributes
from connectors.standing.registration import find_seen_by, list_seen_by
from connectors.standing.row_rules import rule_of
from connectors.standing.tell_changes import standing_vault_of
from connectors.state.database import reading, writing
from connectors.state.ledgers import LedgerState, LedgerUnknownError
from connectors.state.standing import StandingNotFoundError, StandingQuestion, StandingRun, change_run, list_runs
from connectors.state.standing_answers import KeptChange
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from connectors.web.standing_words import (
    CHANGE_WORDS,
    END_WORDS,
    REFUSED_WORDS,
    RULE_WORDS,
    STATE_WORDS,
    say_answer,
    say_schedule,
)
from hosting.web.language import Text
from hosting.web.listing import Column, page_of
from hosting.web.wording import office_time

STANDING: Final = f"{PREFIX}/standing"
LIST_COLUMNS: Final = (
    Column(Text("用途和查询对象", "Purpose, and who is asked")),
    Column(Text("状态", "State")),
    Column(Text("登记人", "Registered by")),
    Column(Text("何时查询", "When")),
    Column(Text("上次", "Last")),
    Column(Text("下次", "Next")),
    Column(Text("待看的变化", "Changes to read"), is_number=True),
)
RUN_COLUMNS: Final = (
    Column(Text("时间", "When")),
    Column(Text("查询人数", "Children"), is_number=True),
    Column(Text("变化", "Changes"), is_number=True),
    Column(Text("", "")),
)


def standing_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("standing", __name__, url_prefix=STANDING)
    blueprint.add_url_rule("", "show_list", partial(_show_list, console))
    blueprint.add_url_rule("/<uuid:id_>", "show", partial(_show, console))
    blueprint.add_url_rule("/<uuid:id_>/changes/<uuid:run>", "show_changes", partial(_show_changes, console))
    return requires_sign_in(blueprint, console, Permission.SEE_QUESTIONS)


def _show_list(console: Console) -> str:
    account = signed_in().account
    found = list_seen_by(console, account.id, may_approve=account.may(Permission.APPROVE_QUESTIONS))
    page = page_of(len(found))
    rows = []
    with reading(console.connector.state) as connection:
        for one in found[page.offset : page.offset + page.size]:
            ended = [run for run in list_runs(connection, one.id) if run.ended_at is not None]
            unread = sum(run.changes for run in ended if run.seen_at is None)
            rows.append((one, find_asked_under(console, one.agreement), ended[0] if ended else None, unread))
    return render_template(
        "standing/list.html",
        rows=rows,
        page=page,
        columns=LIST_COLUMNS,
        states=STATE_WORDS,
        say_schedule=say_schedule,
        may_ask=account.may(Permission.ASK),
    )


def _show(console: Console, id_: UUID) -> str:
    standing, askable = find_standing(console, id_)
    account = signed_in().account
    with reading(console.connector.state) as connection:
        runs = list_runs(connection, standing.id)
    page = page_of(len(runs))
    return render_template(
        "standing/story.html",
        standing=standing,
        askable=askable,
        ledger=_find_ledger(console, standing.ledger),
        rule=RULE_WORDS[rule_of(askable.purpose.id)],
        returned=name_attributes(standing.attributes),
        never=name_attributes(askable.purpose.never),
        runs=runs[page.offset : page.offset + page.size],
        page=page,
        columns=RUN_COLUMNS,
        state=STATE_WORDS[standing.state],
        ended=END_WORDS.get(standing.ended_reason, END_WORDS[None]),
        schedule=say_schedule(standing.schedule),
        failure=tell_failure(standing.failure) if standing.failure else None,
        is_last_past=office_time(standing.next_at).date() > standing.until_on,
        is_own=standing.author == account.id,
        may_approve=account.may(Permission.APPROVE_QUESTIONS),
        refused=REFUSED_WORDS.get(request.args.get("refused", "")),
    )


def _show_changes(console: Console, id_: UUID, run: UUID) -> str:
    standing, askable = find_standing(console, id_)
    found = _run_of(console, standing, str(run))
    changes = standing_vault_of(console.connector).changes(found.id)
    page = page_of(len(changes))
    shown = changes[page.offset : page.offset + page.size]
    _note_seen(console, standing, found, len(shown))
    return render_template(
        "standing/changes.html",
        standing=standing,
        askable=askable,
        run=found,
        rows=shown,
        names=name_ledger_rows(console, found.ledger, [one.row_number for one in shown]),
        page=page,
        columns=_change_columns(standing),
        counts=_count(changes),
        words=CHANGE_WORDS,
        say_answer=say_answer,
    )


def find_standing(console: Console, id_: UUID) -> tuple[StandingQuestion, Askable]:
    """Return a standing question that the account may see, with its terms; answers 404 for any other."""
    account = signed_in().account
    try:
        may_approve = account.may(Permission.APPROVE_QUESTIONS)
        standing = find_seen_by(console, str(id_), account.id, may_approve=may_approve)
    except StandingNotFoundError:
        abort(404)
    askable = find_asked_under(console, standing.agreement)
    if askable is None:
        abort(404)
    return standing, askable


def _run_of(console: Console, standing: StandingQuestion, run: str) -> StandingRun:
    """Return a run whose changes the account may read: those of its own question alone; answers 404 for any other."""
    with reading(console.connector.state) as connection:
        found = next((one for one in list_runs(connection, standing.id) if one.id == run), None)
    if found is None or found.ended_at is None or standing.author != signed_in().account.id:
        abort(404)
    return found


def _note_seen(console: Console, standing: StandingQuestion, run: StandingRun, rows: int) -> None:
    now = console.seconds()
    with writing(console.connector.state) as connection:
        if run.seen_at is None:
            change_run(connection, run.id, seen_at=now)
        record_in(connection, now, signed_in().account.id, Action.STANDING_VIEWED, standing.id, f"rows={rows}")


def _find_ledger(console: Console, ledger: str) -> Ledger | None:
    try:
        found = get_ledger(console, ledger)
    except LedgerUnknownError:
        return None
    return None if found.state is LedgerState.DESTROYED else found


def _count(changes: list[KeptChange]) -> list[tuple[Text, int]]:
    kinds = [one.kind for one in changes]
    return [(words[0], kinds.count(kind)) for kind, words in CHANGE_WORDS.items() if kind in kinds]


def _change_columns(standing: StandingQuestion) -> list[Column]:
    return [
        Column(Text("行号", "Row"), is_number=True),
        Column(Text("姓名（本单位名单）", "Name (own ledger)")),
        Column(Text("变化", "Change")),
        *(Column(Text(name.zh, name.en)) for name in name_attributes(standing.attributes)),
        Column(Text("保存至", "Keep until")),
    ]
