"""Taking one step of an item: what it means, what it wants, and once more what leaves where it can't be undone."""

from functools import partial
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.items.actions import take_step
from connectors.items.errors import ItemNotFoundError, StepRefusedError
from connectors.items.papers import ResultPaper, VisitPaper
from connectors.items.views import ItemView, OpenStep
from connectors.items.words import SERVICE_WORDINGS
from connectors.web.item_child_form import TypedFields
from connectors.web.item_pages import item_of
from connectors.web.item_paper_words import TITLES
from connectors.web.item_step_form import (
    FIELDS,
    TypedStep,
    held_paper,
    is_typed,
    needs_confirmation,
    read_step,
    say_step,
)
from connectors.web.item_wordings import ITEMS, name_state, name_step, name_workflow
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose


def item_step_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("item_steps", __name__, url_prefix=ITEMS)
    path = "/<uuid:id_>/steps/<transition>"
    blueprint.add_url_rule(path, "show", partial(_show, console))
    blueprint.add_url_rule(path, "take", partial(_take, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.SEE_REFERRALS)


def _show(console: Console, id_: UUID, transition: str) -> str:
    view, step = _step_of(console, id_, transition)
    return _form(view, step, {})


def _take(console: Console, id_: UUID, transition: str) -> str | Response:
    """Take the step, or show once more what it does, or what is wrong with what was typed."""
    view, step = _step_of(console, id_, transition)
    if "change" in request.form:
        return _form(view, step, {})
    settings = console.connector.settings
    typed = TypedFields(request.form, console.connector.today(), settings.allow_test_regions)
    read = read_step(typed, view, step)
    if read is None:
        return make_response(_form(view, step, typed.errors), 422)
    if needs_confirmation(view, step) and "confirmed" not in request.form:
        return _confirmation(view, step, read)
    return _do(console, view, step, read)


def _do(console: Console, view: ItemView, step: OpenStep, read: TypedStep) -> Response:
    try:
        take_step(
            console,
            signed_in().account,
            view.row.item,
            step.transition.id,
            reason=read.reason,
            next_office=read.next_office,
            proof=read.proof,
            own=read.paper,
        )
    except ItemNotFoundError:
        abort(404)
    except StepRefusedError as error:
        return make_response(_form(view, step, {}, error.wording), 409)
    return redirect(f"{ITEMS}/{view.row.item}?done={step.transition.id}", 303)


def _form(view: ItemView, step: OpenStep, errors: dict[str, str], refused: Text | None = None) -> str:
    held = held_paper(view, step)
    return render_template(
        "item/step.html",
        row=view.row,
        step=step,
        name=name_step(step.transition),
        name_workflow=name_workflow,
        after=_after(view, step),
        errors=errors,
        refused=refused,
        typed=request.form,
        services=[(code.value, choose(words)) for code, words in SERVICE_WORDINGS.items()],
        chosen_services=request.form.getlist("services"),
        offices=[(agency, choose(words)) for agency, words in step.offices],
        reasons=[(code, choose(words)) for code, words in step.reasons],
        is_visit=step.paper is VisitPaper,
        is_result=step.paper is ResultPaper,
        leaves=TITLES[held.kind] if held is not None else None,
        is_paper_missing=step.paper is not None and not is_typed(step.paper) and held is None,
        is_confirmed_next=needs_confirmation(view, step),
    )


def _confirmation(view: ItemView, step: OpenStep, read: TypedStep) -> str:
    return render_template(
        "item/confirm.html",
        row=view.row,
        step=step,
        name=name_step(step.transition),
        after=_after(view, step),
        lines=say_step(step, read),
        kept=[(name, value) for name in FIELDS for value in request.form.getlist(name)],
        has_paper=read.paper is not None,
    )


def _after(view: ItemView, step: OpenStep) -> tuple[Text, Text] | None:
    """Return the state after the step and the seat that owns the item then; None if it stays where it is."""
    if step.transition.to is None:
        return None
    state = view.row.workflow.state(step.transition.to)
    seat = view.row.workflow.seat(state.owner)
    return name_state(state), Text(seat.name_zh, seat.name_en)


def _step_of(console: Console, id_: UUID, transition: str) -> tuple[ItemView, OpenStep]:
    """Return the item and the step; leads back to the item's page where the step is not open any more."""
    view = item_of(console, id_)
    found = next((one for one in view.steps if one.transition.id == transition), None)
    if found is None:
        abort(redirect(f"{ITEMS}/{id_}?gone=1", 303))
    return view, found
