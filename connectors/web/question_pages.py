"""An officer's questions: what waits, how far asking has come, the answers, the workbook back, the receipt."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, send_file
from werkzeug import Response

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.desk.draft_states import DraftState
from connectors.desk.drafts import DraftNotFoundError, get_draft, list_drafts
from connectors.desk.ledgers import write_back
from connectors.desk.next_day import resumes_at
from connectors.desk.purposes_for import Askable, find_asked_under
from connectors.desk.question_answers import (
    KIND_WORDS,
    PARENTAL_CLASS,
    AnswerKind,
    Conclusion,
    count_conclusions,
    count_kinds,
    kind_of,
    say_month,
    say_refusal,
    say_value,
)
from connectors.desk.question_draft import Draft
from connectors.desk.question_failures import tell_failure
from connectors.desk.question_kinds import RowKinds, remember_kinds
from connectors.desk.question_rows import is_about_guardians, name_rows
from connectors.desk.question_statement import name_attributes, state_question
from connectors.desk.question_workbook import workbook_answers, workbook_headings
from connectors.desk.run_questions import QuestionWorkers
from connectors.requester.ask import Questioner
from connectors.sources.errors import SourceError
from connectors.state.database import writing
from connectors.state.ledgers import LedgerUnknownError
from connectors.state.questions import RowResult
from connectors.state.runs import RunStore
from connectors.web.draft_wordings import DECLINE_WORDS, STATE_WORDS, STEP_WORDS, refused_words
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text
from hosting.web.listing import Column, page_of
from schemas.regions import subtree_prefix

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RATE_FROM: Final = 20
"""The time left is told from a twentieth of the work on."""

LIST_COLUMNS: Final = (
    Column(Text("用途", "Purpose")),
    Column(Text("向谁查询", "Asked of")),
    Column(Text("个案", "Case")),
    Column(Text("人数", "Children"), is_number=True),
    Column(Text("状态", "State")),
    Column(Text("时间", "Since")),
)


def question_pages(console: Console, workers: QuestionWorkers) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("questions", __name__, url_prefix="/desk/questions")
    for path, name, view in (
        ("", "show_list", partial(_show_list, console)),
        ("/<uuid:id_>", "show", partial(_show, console, workers, remember_kinds(console))),
        ("/<uuid:id_>/workbook", "send_workbook", partial(_send_workbook, console)),
        ("/<uuid:id_>/receipt", "show_receipt", partial(_show_receipt, console)),
    ):
        blueprint.add_url_rule(path, name, view)
    return requires_sign_in(blueprint, console, Permission.SEE_QUESTIONS)


def _show_list(console: Console) -> str | Response:
    account = signed_in().account
    if not account.may(Permission.ASK):
        return redirect("/desk/approvals", 303)
    drafts = list_drafts(console, author=account.id)
    page = page_of(len(drafts))
    shown = drafts[page.offset : page.offset + page.size]
    rows = [(draft, find_asked_under(console, draft.agreement)) for draft in shown]
    return render_template(
        "question/list.html",
        rows=rows,
        page=page,
        columns=LIST_COLUMNS,
        states=STATE_WORDS,
        is_deleted="deleted" in request.args,
        may_call=account.may(Permission.CALL_EMERGENCY),
        may_approve=account.may(Permission.APPROVE_QUESTIONS),
    )


def _show(
    console: Console, workers: QuestionWorkers, kinds_of: Callable[[Draft], RowKinds], id_: UUID
) -> str | Response:
    draft, askable = _question_of(console, id_)
    if draft.state is DraftState.DRAFT:
        return redirect(f"/desk/ask/{draft.id}", 303)
    if draft.state is DraftState.ANSWERED and draft.is_table:
        return redirect(f"/desk/bulletins/{draft.roster_version}/{subtree_prefix(draft.region or '')}", 303)
    if draft.state is DraftState.ANSWERED:
        return _show_results(console, kinds_of(draft), draft, askable)
    passed = max(1, console.seconds() - draft.changed_at)
    return render_template(
        "question/question.html",
        draft=draft,
        askable=askable,
        said=state_question(askable, draft),
        state=STATE_WORDS[draft.state],
        step=STEP_WORDS.get(draft.step) if draft.step else None,
        is_guardians=is_about_guardians(console, draft),
        seconds=passed,
        seconds_left=_seconds_left(draft, passed),
        answered=RunStore(console.connector.state).count_answered(draft.id),
        resumes_at=_resumes_at(console, draft),
        is_asking=draft.state is DraftState.ASKING,
        is_under_way=workers.is_under_way(draft.id),
        failure=tell_failure(draft.failure) if draft.failure else None,
        declined=DECLINE_WORDS.get(draft.decline_reason) if draft.decline_reason else None,
        refused=refused_words(request.args.get("refused")),
    )


def _seconds_left(draft: Draft, passed: int) -> int | None:
    """Return the seconds left at the rate so far; None at the beginning, and where asking goes on: that is no rate."""
    if draft.changed_at != draft.asked_at or draft.done * _RATE_FROM < draft.total or not draft.done:
        return None
    return passed * (draft.total - draft.done) // draft.done


def _resumes_at(console: Console, draft: Draft) -> int:
    """Return when a paused question goes on (POSIX seconds)."""
    return int(resumes_at(datetime.fromtimestamp(draft.changed_at, UTC), console.connector.agency).timestamp())


def _show_results(console: Console, kinds: RowKinds, draft: Draft, askable: Askable) -> str:
    asked_for = request.args.get("kind", "")
    kind = AnswerKind(asked_for) if asked_for in set(AnswerKind) else None
    numbers = kinds.rows_of(kind)
    page = page_of(len(numbers))
    on_page = numbers[page.offset : page.offset + page.size]
    shown = Questioner.vault_of(console.connector).results_of_rows(draft.id, on_page)
    _note(console, Action.RESULTS_VIEWED, draft, f"rows={len(shown)}")
    return render_template(
        "question/results.html",
        draft=draft,
        askable=askable,
        rows=shown,
        names=name_rows(console, draft, on_page),
        columns=_result_columns(draft),
        page=page,
        kind=kind,
        counts=kinds.counts(),
        conclusions=_conclusions(console, draft),
        kind_words=KIND_WORDS,
        kind_of=kind_of,
        say_value=say_value,
        say_month=say_month,
        say_refusal=say_refusal,
        refused=refused_words(request.args.get("refused")),
        is_ledger_gone="gone" in request.args,
    )


def _conclusions(console: Console, draft: Draft) -> list[Conclusion]:
    """Return how many children are of each class where several offices answered together, else nothing."""
    if PARENTAL_CLASS not in draft.attributes:
        return []
    return count_conclusions(Questioner.vault_of(console.connector).each_result(draft.id))


def _send_workbook(console: Console, id_: UUID) -> Response:
    draft, _ = _question_of(console, id_)
    if draft.state is not DraftState.ANSWERED or draft.ledger is None:
        abort(404)
    results = Questioner.vault_of(console.connector).results(draft.id)
    answers = workbook_answers(draft.attributes, results)
    try:
        workbook = write_back(console, draft.ledger, workbook_headings(draft.attributes), answers)
    except (SourceError, LedgerUnknownError):
        return redirect(f"/desk/questions/{draft.id}?gone=1", 303)
    _note(console, Action.RESULTS_DOWNLOADED, draft, f"rows={len(answers)}")
    name = f"{draft.case or draft.id}-answers.xlsx"
    return send_file(BytesIO(workbook), XLSX, as_attachment=True, download_name=name, max_age=0)


def _show_receipt(console: Console, id_: UUID) -> str:
    draft, askable = _question_of(console, id_)
    if draft.state is not DraftState.ANSWERED or draft.is_table:
        abort(404)
    results = Questioner.vault_of(console.connector).results(draft.id)
    _note(console, Action.RECEIPT_PRINTED, draft, f"rows={len(results)}")
    return render_template(
        "question/receipt.html",
        draft=draft,
        askable=askable,
        said=state_question(askable, draft),
        agency=console.connector.settings,
        counts=count_kinds(results),
        kind_words=KIND_WORDS,
        receipts=_receipts(results),
        say_month=say_month,
    )


def _receipts(results: Sequence[RowResult]) -> list[tuple[str, str, str, int]]:
    """Return receipt number, month of the data, last day, and rows, for each receipt."""
    found: dict[tuple[str, str, str], int] = {}
    for result in results:
        if result.receipt_number is not None:
            key = (result.receipt_number, result.as_of or "", result.expires_on or "")
            found[key] = found.get(key, 0) + 1
    return [(*key, rows) for key, rows in sorted(found.items())]


def _result_columns(draft: Draft) -> list[Column]:
    return [
        Column(Text("行号", "Row"), is_number=True),
        Column(Text("姓名（本单位名单）", "Name (own ledger)")),
        Column(Text("结果", "Outcome")),
        *(Column(name) for name in name_attributes(draft.attributes)),
        Column(Text("数据月份", "As of")),
        Column(Text("回执编号", "Receipt")),
        Column(Text("保存至", "Keep until")),
    ]


def _question_of(console: Console, id_: UUID) -> tuple[Draft, Askable]:
    """Return the officer's own question with its terms; answers 404 for anybody else's."""
    try:
        draft = get_draft(console, str(id_), signed_in().account.id)
    except DraftNotFoundError:
        abort(404)
    askable = find_asked_under(console, draft.agreement)
    if askable is None:
        abort(404)
    return draft, askable


def _note(console: Console, action: Action, draft: Draft, detail: str) -> None:
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), signed_in().account.id, action, draft.id, detail)
