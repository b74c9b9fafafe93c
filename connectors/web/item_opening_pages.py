"""Opening an item on pages: which kind, its form, and once more who gets what before anything leaves."""

from functools import partial

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.items.errors import StepRefusedError
from connectors.items.words import DANGER_WORDINGS, SERVICE_WORDINGS, SITUATION_WORDINGS
from connectors.web.item_child_form import TypedFields
from connectors.web.item_opening import (
    KINDS,
    NEXT_OFFICE,
    Offices,
    TypedOpening,
    kinds_for,
    offices_of,
    open_typed,
    own_seats,
    read_opening,
    seats_to_fill,
    takes_reporters,
)
from connectors.web.item_paper_form import child_slots
from connectors.web.item_paper_words import show_paper
from connectors.web.item_wordings import ITEMS, name_workflow
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.forgery import FORM_FIELD
from hosting.web.language import Text, choose, t
from schemas.workflows.rule_pack import Workflow

NOT_KEPT = frozenset({FORM_FIELD, "confirmed", "change", "add_child"})


def item_opening_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("item_openings", __name__, url_prefix=f"{ITEMS}/new")
    blueprint.add_url_rule("", "choose", partial(_choose, console))
    blueprint.add_url_rule("/<workflow_id>", "show", partial(_show, console))
    blueprint.add_url_rule("/<workflow_id>", "open", partial(_open, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.SEE_REFERRALS)


def _choose(console: Console) -> str:
    kinds = kinds_for(console, signed_in().account)
    return render_template("item/choose.html", kinds=kinds, effects=KINDS, name_workflow=name_workflow)


def _show(console: Console, workflow_id: str) -> str:
    workflow = _workflow_of(console, workflow_id)
    return _form(console, workflow, offices_of(console, workflow), _typed(console))


def _open(console: Console, workflow_id: str) -> str | Response:
    """Open the item, or show what would leave, or what is wrong with what was typed."""
    account, workflow = signed_in().account, _workflow_of(console, workflow_id)
    offices, typed = offices_of(console, workflow), _typed(console)
    if "change" in request.form or "add_child" in request.form:
        return _form(console, workflow, offices, typed)
    opening = read_opening(console, account, workflow, offices, typed)
    if opening is None:
        return make_response(_form(console, workflow, offices, typed), 422)
    if "confirmed" not in request.form:
        return _confirmation(workflow, offices, opening)
    try:
        item = open_typed(console, account, workflow, opening)
    except StepRefusedError as error:
        return make_response(_form(console, workflow, offices, typed, error.wording), 409)
    return redirect(f"{ITEMS}/{item}?opened=1", 303)


def _form(
    console: Console,
    workflow: Workflow,
    offices: dict[str, Offices],
    typed: TypedFields,
    refused: Text | None = None,
) -> str:
    account = signed_in().account
    return render_template(
        f"item/new_{workflow.id}.html",
        workflow=workflow,
        title=name_workflow(workflow),
        seats=seats_to_fill(workflow),
        offices={name: [(agency, choose(words)) for agency, words in found] for name, found in offices.items()},
        own_seats=own_seats(console, account, workflow),
        takes_reporter=takes_reporters(console, account, workflow),
        situations=[(code.value, choose(words)) for code, words in SITUATION_WORDINGS.items()],
        dangers=[(code.value, choose(words)) for code, words in DANGER_WORDINGS.items()],
        services=[(code.value, choose(words)) for code, words in SERVICE_WORDINGS.items()],
        slots=child_slots(typed),
        school=account.school or "",
        typed=typed.form,
        errors=typed.errors,
        refused=refused,
    )


def _confirmation(workflow: Workflow, offices: dict[str, Offices], opening: TypedOpening) -> str:
    named = {**opening.seats, **({NEXT_OFFICE: opening.next_office} if opening.next_office else {})}
    labels = {seat.id: Text(seat.name_zh, seat.name_en) for seat in seats_to_fill(workflow)}
    labels[NEXT_OFFICE] = Text("转给", "Referred to")
    return render_template(
        "item/confirm_new.html",
        workflow=workflow,
        title=name_workflow(workflow),
        named=[(choose(labels[name]), choose(dict(offices[name])[agency])) for name, agency in named.items()],
        paper=show_paper(0, opening.paper, is_whole=False),
        reporter=opening.reporter,
        kept=[(name, value) for name, value in request.form.items(multi=True) if name not in NOT_KEPT],
        effect=_effect(workflow, opening),
    )


def _effect(workflow: Workflow, opening: TypedOpening) -> str:
    """Return what the button does."""
    if opening.next_office is not None:
        return t("转出", "Send the referral")
    if workflow.opening_seats:
        return t("发出", "Send it")
    return t("保存为拟稿，暂不转出", "Keep it as a draft, send nothing yet")


def _typed(console: Console) -> TypedFields:
    return TypedFields(request.form, console.connector.today(), console.connector.settings.allow_test_regions)


def _workflow_of(console: Console, workflow_id: str) -> Workflow:
    """Return the kind of item, if the account may open it here; answers 404 otherwise."""
    found = {one.id: one for one in kinds_for(console, signed_in().account)}
    if workflow_id not in found:
        abort(404)
    return found[workflow_id]
