"""One flagged pupil at the county: what is known, what others answered, and the ways on from here."""

from functools import partial
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.dropouts.absence_ledger import flag_store_of
from connectors.dropouts.entry import MAX_ENTRY_BYTES, AbsenceEntry
from connectors.dropouts.flag_steps import WORKFLOW
from connectors.dropouts.triage_answers import answers_for
from connectors.dropouts.triage_steps import PASSED_ON, find_passed_on, take_result
from connectors.items.errors import ItemNotFoundError, StepRefusedError
from connectors.items.lists import get_item
from connectors.items.papers import Child, DropoutPaper
from connectors.items.views import ItemView
from connectors.web.dropout_flag_pages import require_education
from connectors.web.dropout_wordings import STEP_EFFECTS, TRIAGE, name_reason
from connectors.web.item_paper_words import show_child
from connectors.web.item_wordings import ITEMS, state_tag
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, t


def dropout_decision_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("dropout_decision", __name__, url_prefix=f"{TRIAGE}/<uuid:id_>")
    blueprint.add_url_rule("", "show", partial(_show, console))
    blueprint.add_url_rule("/result", "take_result", partial(_take_result, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.TRIAGE_DROPOUTS)


def flag_view(console: Console, id_: UUID) -> ItemView:
    """Return a dropout flag's item; answers 404 for anything else."""
    require_education(console)
    try:
        view = get_item(console, signed_in().account, str(id_))
    except ItemNotFoundError:
        abort(404)
    if view.row.workflow.id != WORKFLOW:
        abort(404)
    return view


def child_of_flag(view: ItemView) -> Child:
    """Return the pupil of an item's own paper; answers 404 where there is none."""
    child = next((paper.child for _, paper in view.papers if isinstance(paper, DropoutPaper)), None)
    if child is None:
        abort(404)
    return child


def _show(console: Console, id_: UUID) -> str:
    return _page(console, flag_view(console, id_), None)


def _take_result(console: Console, id_: UUID) -> Response:
    view, account = flag_view(console, id_), signed_in().account
    passed_on = find_passed_on(console, account, view.row.item)
    if passed_on is None or not passed_on.has_result:
        return make_response(_page(console, view, Text("还没有办理结果", "There is no result yet")), 409)
    try:
        take_result(console, account, view.row.item, passed_on)
    except StepRefusedError as error:
        return make_response(_page(console, view, error.wording), 409)
    return redirect(f"{TRIAGE}/{id_}?taken=1", 303)


def _page(console: Console, view: ItemView, refused: Text | None) -> str:
    item = view.row.item
    flag = flag_store_of(console.connector).of_items([item]).get(item)
    child = next((paper.child for _, paper in view.papers if isinstance(paper, DropoutPaper)), None)
    steps = [
        (
            step,
            t(step.transition.name_zh, step.transition.name_en),
            STEP_EFFECTS.get(step.transition.id),
            _address(item, step.transition.id),
        )
        for step in view.steps
        if step.transition.id != "take_result"
    ]
    return render_template(
        "dropout/decision.html",
        row=view.row,
        state=state_tag(view.row),
        entry=None if flag is None else AbsenceEntry.from_bytes(flag.entry, MAX_ENTRY_BYTES),
        child=() if child is None else show_child(child, is_whole=False),
        answers=answers_for(console, [item]).get(item, ()),
        passed_on=find_passed_on(console, signed_in().account, item),
        can_take_result=any(step.transition.id == "take_result" for step in view.steps),
        steps=steps,
        lines=view.lines,
        name_reason=name_reason,
        items=ITEMS,
        is_taken="taken" in request.args,
        is_passed_on="passed" in request.args,
        refused=refused,
    )


def _address(item: str, transition: str) -> str:
    """Return where a step is taken: those that open another item have pages of their own."""
    return f"{TRIAGE}/{item}/{transition}" if transition in PASSED_ON else f"{ITEMS}/{item}/steps/{transition}"
