"""Visits that a village child director reports by the number on the slip; nothing of the item is ever shown."""

from functools import partial
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.items.errors import ItemNotFoundError, StepRefusedError
from connectors.items.visits import report_visit
from connectors.web.item_child_form import TypedFields
from connectors.web.item_paper_form import read_reference, read_visit
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.web.language import Text
from schemas.workflows.item_number import ItemNumberError, parse_item_number

VISITS: Final = f"{PREFIX}/visits"
NOT_EXPECTED: Final = Text(
    "这个编号现在不需要走访。请核对任务单上的编号，或询问派单的同事。",
    "No visit is expected under this number now. Check the slip, or ask whoever gave it to you.",
)
TRY_AGAIN: Final = Text(
    "这次走访还没有记录：上一次报告正在送出。请过几分钟再提交。",
    "This visit is not recorded yet: the report before is on its way. Send it again in a few minutes.",
)


def visit_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("visits", __name__, url_prefix=VISITS)
    blueprint.add_url_rule("", "show", _show)
    blueprint.add_url_rule("", "report", partial(_report, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.REPORT_VISIT)


def _show() -> str:
    return _form({})


def _report(console: Console) -> str | Response:
    """Record a visit; of the item nothing is told but whether a visit is expected under this number."""
    settings = console.connector.settings
    typed = TypedFields(request.form, console.connector.today(), settings.allow_test_regions)
    number, visit, proof = _read_number(typed), read_visit(typed), read_reference(typed, "proof")
    if number is None or visit is None or proof is None:
        return make_response(_form(typed.errors), 422)
    try:
        is_sent = report_visit(console, signed_in().account, number, visit, proof)
    except ItemNotFoundError:
        typed.refuse("number", NOT_EXPECTED)
        return make_response(_form(typed.errors), 422)
    except StepRefusedError:
        typed.refuse("number", TRY_AGAIN)
        return make_response(_form(typed.errors), 409)
    return redirect(f"{VISITS}?done={'sent' if is_sent else 'waiting'}", 303)


def _read_number(typed: TypedFields) -> str | None:
    try:
        return parse_item_number(typed.text("number"))
    except ItemNumberError as error:
        typed.refuse("number", error.wording)
        return None


def _form(errors: dict[str, str]) -> str:
    return render_template("visit/report.html", typed=request.form, errors=errors, done=request.args.get("done"))
