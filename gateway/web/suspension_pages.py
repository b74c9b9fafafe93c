"""Officers who are suspended over an emergency call: the security administrator proposes to lift it, another agrees."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from gateway.domain.roles import Permission
from gateway.persistence.emergency_queries import StoredCall
from gateway.services.context import Gateway
from gateway.services.suspend_officers import NotLiftableError, confirm_lift, list_suspensions, propose_lift
from gateway.web.agency_names import agency_name
from gateway.web.erasure_form import reason_error
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of
from schemas.emergency import CallState, state_of

COLUMNS: Final = (
    Column(Text("紧急查询", "Emergency call")),
    Column(Text("单位", "Agency")),
    Column(Text("向谁查询", "Asked of")),
    Column(Text("原因", "Why")),
    Column(Text("复核时限", "Review due")),
    Column(Text("解除", "Lifting")),
)
CAUSE_WORDS: Final = {
    CallState.OVERDUE: Text("逾期未复核", "not reviewed in time"),
    CallState.MISUSE: Text("不当使用", "misuse"),
}
FAULT_WORDS: Final = {
    "not_suspended": Text("该经办人没有因此被暂停", "Nobody is suspended over this call"),
    "not_proposed": Text("须先由安全管理员提出", "The security administrator has to propose it first"),
    "same_person": Text("须由另一人同意", "Another person has to agree"),
}
DONE_WORDS: Final = {
    "proposed": Text("已提出解除并留痕，等待第二人同意。", "Proposed and logged; a second person has to agree."),
    "lifted": Text("已解除暂停并留痕。", "The suspension was lifted and that was logged."),
}


def suspension_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("suspensions", __name__, url_prefix="/console/suspensions")
    for path, name, view, method in (
        ("", "show_all", _show_all, "GET"),
        ("/<agency>/<uuid:call>", "show", _show, "GET"),
        ("/<agency>/<uuid:call>", "lift", _lift, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.SEE_SUSPENSIONS)


def _show_all(gateway: Gateway) -> str:
    found = list_suspensions(gateway)
    page = page_of(len(found))
    return render_template(
        "suspension/list.html",
        rows=[(call, _cause(gateway, call)) for call in found[page.offset : page.last]],
        page=page,
        columns=COLUMNS,
        name=partial(agency_name, gateway),
        done=DONE_WORDS.get(request.args.get("done", "")),
    )


def _show(gateway: Gateway, agency: str, call: UUID) -> str:
    return _page(gateway, _get(gateway, agency, call), {})


def _page(gateway: Gateway, call: StoredCall, errors: dict[str, str]) -> str:
    return render_template(
        "suspension/lift.html",
        call=call,
        cause=_cause(gateway, call),
        name=partial(agency_name, gateway),
        may_propose=signed_in().account.may(Permission.LIFT_SUSPENSIONS),
        typed=request.form,
        errors=errors,
    )


def _lift(gateway: Gateway, agency: str, call: UUID) -> Response:
    """Propose the lifting where nobody has, else agree to it."""
    found = _get(gateway, agency, call)
    reason, account = request.form.get("reason", "").strip(), signed_in().account
    if sentence := reason_error(reason):
        return make_response(_page(gateway, found, {"reason": sentence}), 422)
    is_proposal = found.lift_proposed_by is None
    if is_proposal:
        signed_in().require(Permission.LIFT_SUSPENSIONS)
    try:
        (propose_lift if is_proposal else confirm_lift)(gateway, account, agency, found.call, reason)
    except NotLiftableError as error:
        return make_response(_page(gateway, found, {"reason": choose(FAULT_WORDS[error.reason])}), 422)
    return redirect(f"/console/suspensions?done={'proposed' if is_proposal else 'lifted'}", 303)


def _get(gateway: Gateway, agency: str, call: UUID) -> StoredCall:
    wanted = (agency, str(call))
    found = next((one for one in list_suspensions(gateway) if (one.requester, one.call) == wanted), None)
    if found is None:
        abort(404)
    return found


def _cause(gateway: Gateway, call: StoredCall) -> Text:
    return CAUSE_WORDS[state_of(call.facts, gateway.seconds())]
