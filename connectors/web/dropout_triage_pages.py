"""The county verifies and sorts flagged pupils: take the schools' reports, ask other agencies, see the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.desk.purposes_for import Askable
from connectors.dropouts.background import BackgroundWorker
from connectors.dropouts.dropout_lines import DropoutLine, list_dropouts
from connectors.dropouts.flag_steps import WORKFLOW
from connectors.dropouts.triage_answers import answers_for
from connectors.dropouts.triage_question import draft_question, list_triage_questions
from connectors.identifiers import new_uuid
from connectors.items.errors import wording_of
from connectors.state.database import writing
from connectors.state.dropout_acknowledgements import (
    Acknowledgement,
    AcknowledgementState,
    add_batch,
    find_open_batch,
    list_batch,
    list_waiting,
)
from connectors.web.dropout_flag_pages import require_education
from connectors.web.dropout_wordings import TRIAGE, TRIAGE_COLUMNS, TRIAGE_WORDS, TriageStage, name_reason
from connectors.web.item_wordings import OVERDUE, say_due, state_tag
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import page_of
from schemas.workflows.item_number import number_of

MOST_ASKED: Final = 300
"""Most pupils of one question; an agreement may allow fewer."""


def dropout_triage_pages(console: Console, worker: BackgroundWorker) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("dropout_triage", __name__, url_prefix=TRIAGE)
    blueprint.add_url_rule("", "show", partial(_show, console))
    blueprint.add_url_rule("", "act", partial(_act, console, worker), methods=["POST"])
    blueprint.add_url_rule("/acknowledgements/<uuid:batch>", "show_progress", partial(_show_progress, console))
    return requires_sign_in(blueprint, console, Permission.TRIAGE_DROPOUTS)


def _show(console: Console) -> str:
    require_education(console)
    return _page(console, _stage(request.args.get("stage", "")), {})


def _act(console: Console, worker: BackgroundWorker) -> Response:
    """Let the worker acknowledge the chosen pupils' reports, or draft a question about them."""
    require_education(console)
    account, stage = signed_in().account, _stage(request.form.get("stage", ""))
    chosen = set(request.form.getlist("shown" if "all" in request.form else "items"))
    lines = [line for line in _lines(console, stage) if line.row.item in chosen][:MOST_ASKED]
    if not lines:
        errors = {"items": choose(Text("请先勾选学生", "First tick the pupils"))}
        return make_response(_page(console, stage, errors), 422)
    if stage is TriageStage.REPORTED:
        batch = new_uuid(console.random)
        add_batch(console.connector.state, batch, account.id, [line.row.item for line in lines], console.seconds())
        worker.go_on()
        return redirect(f"{TRIAGE}/acknowledgements/{batch}", 303)
    askable = _askable(console, request.form.get("agreement", ""))
    if askable is None or not any(line.entry for line in lines):
        errors = {"agreement": choose(Text("请选择向谁查询", "Choose whom to ask"))}
        return make_response(_page(console, stage, errors), 422)
    draft = draft_question(console, account.id, askable, lines)
    return redirect(f"/desk/ask/{draft.id}", 303)


def _show_progress(console: Console, batch: UUID) -> str | Response:
    """Show how far a batch is; one that has ended leads back to the pupils who are to be sorted now."""
    require_education(console)
    every = list_batch(console.connector.state, str(batch), signed_in().account.id)
    progress = _Progress(tuple(every))
    if progress.is_running:
        return render_template("dropout/acknowledging.html", progress=progress)
    return redirect(f"{TRIAGE}?stage={TriageStage.VERIFYING.value}&batch={batch}", 303)


def _page(console: Console, stage: TriageStage, errors: dict[str, str]) -> str:
    every = list_dropouts(console, signed_in().account)
    lines = [line for line in every if line.row.state_id in stage.states]
    page = page_of(len(lines))
    shown = lines[page.offset : page.offset + page.size]
    _note(console, f"triage,rows={len(shown)}")
    progress = _progress(console)
    return render_template(
        "dropout/triage.html",
        stage=stage,
        stages=TRIAGE_WORDS,
        counts={one: sum(line.row.state_id in one.states for line in every) for one in TriageStage},
        rows=[(line, state_tag(line.row), line.row.due and say_due(line.row.due)) for line in shown],
        answers=answers_for(console, [line.row.item for line in shown]),
        name_reason=name_reason,
        page=page,
        columns=TRIAGE_COLUMNS,
        chosen=set(request.form.getlist("items")),
        askable=[(one.digest, choose(one.provider)) for one in list_triage_questions(console)],
        progress=progress,
        failures=[(number_of(WORKFLOW, one.item), wording_of(one.failure or "")) for one in progress.refused],
        being_acknowledged={one.item for one in list_waiting(console.connector.state)},
        overdue=choose(OVERDUE),
        errors=errors,
    )


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far a batch of acknowledgements has come; empty where there is none to tell of."""

    every: Sequence[Acknowledgement]

    @property
    def batch(self) -> str | None:
        return self.every[0].batch if self.every else None

    @property
    def total(self) -> int:
        return len(self.every)

    @property
    def done(self) -> int:
        return sum(one.state is AcknowledgementState.DONE for one in self.every)

    @property
    def refused(self) -> list[Acknowledgement]:
        return [one for one in self.every if one.state is AcknowledgementState.REFUSED]

    @property
    def is_running(self) -> bool:
        return any(one.state is AcknowledgementState.WAITING for one in self.every)


def _progress(console: Console) -> _Progress:
    """Return how far the batch has come that the address names, else the one that is under way."""
    state, account = console.connector.state, signed_in().account.id
    named = list_batch(state, request.args.get("batch", ""), account)
    under_way = find_open_batch(state, account)
    return _Progress(named if named or under_way is None else list_batch(state, under_way, account))


def _lines(console: Console, stage: TriageStage) -> Sequence[DropoutLine]:
    return [line for line in list_dropouts(console, signed_in().account) if line.row.state_id in stage.states]


def _askable(console: Console, digest: str) -> Askable | None:
    return next((one for one in list_triage_questions(console) if one.digest == digest), None)


def _stage(text: str) -> TriageStage:
    return TriageStage(text) if text in set(TriageStage) else TriageStage.REPORTED


def _note(console: Console, detail: str) -> None:
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), signed_in().account.id, Action.DROPOUTS_VIEWED, None, detail)
