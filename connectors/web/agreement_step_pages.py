"""Taking one step of an agreement: said first what will happen, with closed reasons, then done."""

from functools import partial

from flask import Blueprint, abort, make_response, redirect, render_template, request
from pydantic import TypeAdapter, ValidationError
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.agreement_steps import OfficeStep, Said, StepNotTakenError, take_step
from connectors.desk.agreement_view import AgreementView
from connectors.web.agreement_draft_pages import AGREEMENTS
from connectors.web.agreement_pages import view_of
from connectors.web.agreement_steps_words import STEP_BUTTONS, StepButton, step_address, step_path
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.agreement_terms import STATE_TAGS
from hosting.web.language import Text, choose
from schemas.agreement_steps import MAX_NOTE_CHARACTERS, Note

_NOTE: TypeAdapter[str] = TypeAdapter(Note)


def agreement_step_pages(console: Console, permission: Permission) -> Blueprint:
    """Return the blueprint of the steps that a permission opens."""
    path = step_path(permission)
    blueprint = Blueprint(f"agreement_{path}", __name__, url_prefix=f"{AGREEMENTS}/<digest>/{path}")
    blueprint.add_url_rule("/<step>", "show", partial(_show, console, permission))
    blueprint.add_url_rule("/<step>", "take", partial(_take, console, permission), methods=["POST"])
    return requires_sign_in(blueprint, console, permission)


def _show(console: Console, permission: Permission, digest: str, step: str) -> str | Response:
    view, asked = view_of(console, digest), _step_of(permission, step)
    if not view.offers(asked):
        return redirect(f"{AGREEMENTS}/{digest}", 303)
    if _is_taken_elsewhere(view, asked):
        return redirect(step_address(view, asked), 303)
    return _page(view, asked, {})


def _take(console: Console, permission: Permission, digest: str, step: str) -> Response:
    view, asked = view_of(console, digest), _step_of(permission, step)
    if _is_taken_elsewhere(view, asked):
        return redirect(step_address(view, asked), 303)
    button, errors = STEP_BUTTONS[asked], {}
    reasons = tuple(code for code in request.form.getlist("reasons") if code in (button.reasons or {}))
    note = request.form.get("note", "").strip() if button.takes_note else ""
    if button.reasons and (not reasons or (len(reasons) > 1 and not button.many)):
        errors["reasons"] = choose(Text("请选择理由", "Choose a reason"))
    if note and not _is_note(note):
        errors["note"] = choose(
            Text(
                f"说明须为一段 {MAX_NOTE_CHARACTERS} 字以内的文字，不得含 6 位以上的连续数字",
                f"One paragraph of {MAX_NOTE_CHARACTERS} characters at most, without six digits in a row",
            )
        )
    if button.is_typed and request.form.get("typed", "").strip() != view.purpose.id:
        errors["typed"] = choose(Text(f"请输入 {view.purpose.id}", f"Type {view.purpose.id}"))
    if errors:
        return make_response(_page(view, asked, errors), 422)
    try:
        take_step(console, signed_in().account.id, asked, digest, Said(reasons, note or None))
    except StepNotTakenError as error:
        return redirect(f"{AGREEMENTS}/{digest}?failed={error.code}", 303)
    return redirect(f"{AGREEMENTS}/{digest}?done={asked.value}", 303)


def _is_taken_elsewhere(view: AgreementView, step: OfficeStep) -> bool:
    """Return whether this step has its one place on another page, so that nothing is done here."""
    return not step_address(view, step).startswith(f"{AGREEMENTS}/")


def _page(view: AgreementView, step: OfficeStep, errors: dict[str, str]) -> str:
    button = STEP_BUTTONS[step]
    return render_template(
        "agreement/step.html",
        view=view,
        button_=button,
        state=STATE_TAGS[view.state],
        address=step_address(view, step),
        reasons=_reasons(button),
        typed=request.form,
        ticked=request.form.getlist("reasons"),
        errors=errors,
    )


def _reasons(button: StepButton) -> list[tuple[str, str]]:
    return [(code, choose(words)) for code, words in (button.reasons or {}).items()]


def _step_of(permission: Permission, step: str) -> OfficeStep:
    """Return the step that an address names, if this permission opens it; answers 404 otherwise."""
    found = next((one for one in OfficeStep if one.value == step), None)
    if found is None or STEP_BUTTONS[found].permission is not permission:
        abort(404)
    return found


def _is_note(text: str) -> bool:
    try:
        _NOTE.validate_python(text)
    except ValidationError:
        return False
    return True
