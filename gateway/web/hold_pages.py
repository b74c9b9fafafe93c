"""Legal holds: set, see, lift; each with its reason."""

from dataclasses import dataclass, field
from functools import partial
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from gateway.domain.legal_hold import EmptyHoldError, HoldScope
from gateway.domain.log_filter import LogFilter, LogFilterError
from gateway.domain.roles import Permission
from gateway.persistence.engine import read_transaction
from gateway.persistence.erasure_holds import find_hold, list_holds
from gateway.services.context import Gateway
from gateway.services.legal_holds import HoldNotStandingError, lift_legal_hold, set_legal_hold
from gateway.web.entry_wordings import EntryWords
from gateway.web.erasure_form import reason_error
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of

COLUMNS: Final = (
    Column(Text("编号", "Number")),
    Column(Text("状态", "State")),
    Column(Text("保全范围", "What is held")),
    Column(Text("理由", "Reason")),
    Column(Text("设置", "Set")),
    Column(Text("解除", "Lifted")),
)
NAMES: Final = ("agency", "agreement", "corr", "from", "to")
DONE: Final = {
    "set": Text("已设置保全并留痕。", "The hold stands and was logged."),
    "lifted": Text("已解除保全并留痕。", "The hold was lifted and that was logged."),
}


@dataclass
class _Form:
    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    scope: HoldScope | None = None


def hold_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("holds", __name__, url_prefix="/console")
    for path, name, view, method in (
        ("/holds", "show_all", _show_all, "GET"),
        ("/holds/set", "show_form", _show_form, "GET"),
        ("/holds", "set", _set, "POST"),
        ("/holds/<int:number>/lift", "ask_lift", _ask_lift, "GET"),
        ("/holds/<int:number>/lift", "lift", _lift, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.HOLD)


def _show_all(gateway: Gateway) -> str:
    with read_transaction(gateway.engine) as connection:
        found = list_holds(connection)
    page = page_of(len(found))
    return render_template(
        "hold/list.html",
        holds=found[page.offset : page.last],
        page=page,
        columns=COLUMNS,
        words=EntryWords(gateway),
        done=DONE.get(request.args.get("done", "")),
    )


def _show_form(gateway: Gateway) -> Response:
    return _form_page(gateway, _Form({}))


def _set(gateway: Gateway) -> AnyResponse:
    form = _read_form()
    if form.scope is None or form.errors:
        return _form_page(gateway, form)
    case = form.typed["case"] or None
    set_legal_hold(gateway, signed_in().account, form.scope, form.typed["reason"], case)
    return redirect("/console/holds?done=set", 303)


def _ask_lift(gateway: Gateway, number: int) -> Response:
    return _lift_page(gateway, number, {}, 200)


def _lift(gateway: Gateway, number: int) -> AnyResponse:
    reason = request.form.get("reason", "").strip()
    if sentence := reason_error(reason):
        return _lift_page(gateway, number, {"reason": sentence}, 422)
    try:
        lift_legal_hold(gateway, signed_in().account, number, reason)
    except HoldNotStandingError:
        errors = {"reason": choose(Text("该保全已经解除", "This hold was lifted already"))}
        return _lift_page(gateway, number, errors, 422)
    return redirect("/console/holds?done=lifted", 303)


def _read_form() -> _Form:
    """Read the form; the scope's conditions have the forms of the log's filters."""
    typed = {name: request.form.get(name, "").strip() for name in (*NAMES, "reason", "case")}
    form = _Form(typed)
    try:
        asked = LogFilter.parse({name: typed[name] for name in NAMES})
        form.scope = HoldScope(asked.agency, asked.agreement, asked.corr, asked.from_on, asked.to_on)
    except LogFilterError as error:
        form.errors[error.parameter] = choose(Text("填写有误", "This is malformed"))
    except EmptyHoldError:
        form.errors["agency"] = choose(Text("请至少填写一项条件", "Give at least one condition"))
    if sentence := reason_error(typed["reason"]):
        form.errors["reason"] = sentence
    if typed["case"]:
        try:
            LogFilter.parse({"corr": typed["case"]})
        except LogFilterError:
            form.errors["case"] = choose(Text("填写有误", "This is malformed"))
    return form


def _form_page(gateway: Gateway, form: _Form) -> Response:
    agencies = [("", "—"), *EntryWords(gateway).agencies()]
    page = render_template("hold/set.html", typed=form.typed, errors=form.errors, agencies=agencies)
    return make_response(page, 422 if form.errors else 200)


def _lift_page(gateway: Gateway, number: int, errors: dict[str, str], status: int) -> Response:
    with read_transaction(gateway.engine) as connection:
        hold = find_hold(connection, number)
    if hold is None:
        abort(404)
    page = render_template("hold/lift.html", hold=hold, errors=errors, typed=request.form, words=EntryWords(gateway))
    return make_response(page, status)
