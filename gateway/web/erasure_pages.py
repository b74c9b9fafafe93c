"""Erasures: propose, see exactly what would happen, decide; what was approved is erased by the gateway itself."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from gateway.domain.erasure import (
    APPROVING_ROLES,
    BASIS_WORDS,
    ERASABLE,
    OPEN_STATES,
    SUBJECT_INDEX,
    ErasureBasis,
    ErasureError,
    ErasureState,
    require_may_decide,
)
from gateway.domain.roles import Permission
from gateway.log.event_names import PersonalField
from gateway.persistence.engine import read_transaction
from gateway.persistence.erasure_holds import list_holds_against
from gateway.persistence.erasure_queries import find_erasure, list_decisions, list_entries, list_erasures
from gateway.persistence.erasure_rows import count_contents
from gateway.persistence.subject_queries import Place
from gateway.services.context import Gateway
from gateway.services.erase_disclosures import are_approvals_witnessed, decide_erasure
from gateway.services.propose_erasure import preview_erasure, propose_erasure
from gateway.web.entry_wordings import FIELD_NAMES, EntryWords
from gateway.web.erasure_form import ErasureForm, read_erasure_form, reason_error
from gateway.web.signed_in import requires_sign_in, signed_in
from gateway.web.wordings import ROLE_NAMES
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of
from schemas.purpose_catalogue import load_purposes

COLUMNS: Final = (
    Column(Text("编号", "Number")),
    Column(Text("状态", "State")),
    Column(Text("申请时间", "Proposed")),
    Column(Text("申请人", "By")),
    Column(Text("法律依据", "Legal ground")),
    Column(Text("条目", "Entries"), is_number=True),
)
STATE_WORDS: Final = {
    ErasureState.PROPOSED: (Text("待批准", "waits for approval"), "waiting"),
    ErasureState.APPROVED: (Text("已批准，待执行", "approved, about to be carried out"), "warning"),
    ErasureState.DECLINED: (Text("未批准", "declined"), "neutral"),
    ErasureState.ERASED: (Text("已擦除", "erased"), "good"),
}
INDEX_WORDS: Final = Text(
    "查找索引（按儿童记录和经办人找到条目）", "index by which entries are found by record and officer"
)
DONE: Final = {
    "proposed": Text("申请已提交并留痕，待两人批准。", "The proposal was made and logged; two people have to approve."),
    "decided": Text("您的决定已记入日志。", "Your decision was logged."),
}
MAX_RANGES_SHOWN: Final = 500


def erasure_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("erasures", __name__, url_prefix="/console")
    for path, name, view, method in (
        ("/erasures", "show_all", _show_all, "GET"),
        ("/erasures/propose", "show_form", _show_form, "GET"),
        ("/erasures/preview", "preview", _preview, "POST"),
        ("/erasures", "propose", _propose, "POST"),
        ("/erasures/<int:number>", "show", _show, "GET"),
        ("/erasures/<int:number>", "decide", _decide, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.APPROVE_ERASURE)


def _show_all(gateway: Gateway) -> str:
    with read_transaction(gateway.engine) as connection:
        found = list_erasures(connection)
    page = page_of(len(found))
    return render_template(
        "erasure/list.html",
        erasures=found[page.offset : page.last],
        page=page,
        columns=COLUMNS,
        states=STATE_WORDS,
        bases=BASIS_WORDS,
        may_propose=signed_in().account.may(Permission.PROPOSE_ERASURE),
        may_hold=signed_in().account.may(Permission.HOLD),
        may_manage=signed_in().account.may(Permission.MANAGE_ACCOUNTS),
    )


def _show_form(gateway: Gateway) -> Response:
    signed_in().require(Permission.PROPOSE_ERASURE)
    typed = {"by": "entries", "shard": str(gateway.now().year)}
    return _form_page(gateway, ErasureForm(typed, ERASABLE))


def _preview(gateway: Gateway) -> Response:
    """Show what the proposal would come to, and offer to make it."""
    signed_in().require(Permission.PROPOSE_ERASURE)
    form = read_erasure_form()
    if form.wish is None or request.form.get("back"):
        return _form_page(gateway, form)
    return _preview_page(gateway, form, 200)


def _propose(gateway: Gateway) -> AnyResponse:
    signed_in().require(Permission.PROPOSE_ERASURE)
    form = read_erasure_form()
    if form.wish is None:
        return _form_page(gateway, form)
    try:
        number = propose_erasure(gateway, signed_in().account, form.wish)
    except ErasureError as error:
        form.errors["propose"] = choose(error.wording)
        return _preview_page(gateway, form, 422)
    return redirect(f"/console/erasures/{number}?done=proposed", 303)


def _show(gateway: Gateway, number: int) -> Response:
    return _erasure_page(gateway, number, {}, 200)


def _decide(gateway: Gateway, number: int) -> AnyResponse:
    reason = request.form.get("reason", "").strip()
    if sentence := reason_error(reason):
        return _erasure_page(gateway, number, {"reason": sentence}, 422)
    approves = request.form.get("decision") == "approve"
    try:
        decide_erasure(gateway, signed_in().account, number, reason, approves=approves)
    except ErasureError as error:
        return _erasure_page(gateway, number, {"reason": choose(error.wording)}, 422)
    return redirect(f"/console/erasures/{number}?done=decided", 303)


def _form_page(gateway: Gateway, form: ErasureForm) -> Response:
    words = EntryWords(gateway)
    purposes = [
        (one.id, f"{words.purpose(one.id)} · {one.record_days} {choose(Text('天', 'days'))}")
        for one in load_purposes().values()
    ]
    page = render_template(
        "erasure/propose.html",
        typed=form.typed,
        chosen=form.fields,
        errors=form.errors,
        purposes=[("", "—"), *purposes],
        bases=[("", "—"), *((basis.value, choose(BASIS_WORDS[basis])) for basis in ErasureBasis)],
        fields=_field_options(),
    )
    return make_response(page, 422 if form.errors else 200)


def _preview_page(gateway: Gateway, form: ErasureForm, status: int) -> Response:
    if form.wish is None:
        abort(400)
    page = render_template(
        "erasure/preview.html",
        form=form,
        errors=form.errors,
        preview=preview_erasure(gateway, form.wish),
        names=dict(_field_options()),
        bases=BASIS_WORDS,
        roles=[ROLE_NAMES[role] for role in APPROVING_ROLES],
        index=SUBJECT_INDEX,
    )
    return make_response(page, status)


def _erasure_page(gateway: Gateway, number: int, errors: dict[str, str], status: int) -> Response:
    with read_transaction(gateway.engine) as connection:
        found = find_erasure(connection, number)
        if found is None:
            abort(404)
        decisions = list_decisions(connection, number)
        contents = count_contents(connection, number, found.fields)
        holds = list_holds_against(connection, number) if found.state in OPEN_STATES else []
        ranges = compact_ranges(list_entries(connection, number))
    try:
        require_may_decide(signed_in().account, found.proposed_by, [stored.decision for stored in decisions])
        refusal = None
    except ErasureError as error:
        refusal = error.wording
    approved = {stored.decision.role for stored in decisions}
    page = render_template(
        "erasure/erasure.html",
        erasure=found,
        decisions=decisions,
        contents=contents,
        holds=holds,
        ranges=ranges[:MAX_RANGES_SHOWN],
        ranges_left=max(0, len(ranges) - MAX_RANGES_SHOWN),
        is_witnessed=found.state is not ErasureState.APPROVED or are_approvals_witnessed(gateway, number),
        refusal=refusal,
        missing=[ROLE_NAMES[role] for role in APPROVING_ROLES if role not in approved],
        names=dict(_field_options()),
        index=SUBJECT_INDEX,
        states=STATE_WORDS,
        bases=BASIS_WORDS,
        role_names=ROLE_NAMES,
        words=EntryWords(gateway),
        typed=request.form,
        errors=errors,
        done=DONE.get(request.args.get("done", "")),
    )
    return make_response(page, status)


def _field_options() -> list[tuple[str, str]]:
    options = [(field.value, choose(FIELD_NAMES[field])) for field in PersonalField]
    return [*options, (SUBJECT_INDEX, choose(INDEX_WORDS))]


def compact_ranges(places: Sequence[Place]) -> list[str]:
    """Return places in the order of the log as people write them: `2026/12–20`, `2026/33`."""
    ranges: list[tuple[Place, Place]] = []
    for place in places:
        if ranges and (place.shard, place.idx - 1) == ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], place)
        else:
            ranges.append((place, place))
    return [f"{first.shard}/{first.idx}" + (f"–{last.idx}" if last != first else "") for first, last in ranges]
