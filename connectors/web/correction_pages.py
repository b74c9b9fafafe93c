"""Requests for correction (校核申请): recorded, listed by due day, answered with a reason, printed as a form."""

from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.accounting.find_child import RowNotFoundError
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.child_accounting import open_account
from connectors.desk.correction_rules import (
    CorrectionError,
    CorrectionFault,
    CorrectionOutcome,
    CorrectionSource,
    Said,
)
from connectors.desk.corrections import (
    Correction,
    CorrectionDecidedError,
    CorrectionUnknownError,
    count_corrections,
    decide_correction,
    get_correction,
    list_corrections,
    record_correction,
)
from connectors.settings import SettingsError
from connectors.sources.errors import SourceError
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of

CORRECTIONS: Final = f"{PREFIX}/corrections"
COLUMNS: Final = (
    Column(Text("有误的信息", "What is wrong")),
    Column(Text("儿童", "Child")),
    Column(Text("申请人", "Asked by")),
    Column(Text("收到日期", "Received on")),
    Column(Text("答复期限", "Due on")),
    Column(Text("状态", "State")),
)
SOURCE_WORDS: Final = {
    CorrectionSource.AGENCY: Text("使用数据的单位", "an agency that uses the data"),
    CorrectionSource.GUARDIAN: Text("父母或者其他监护人", "a parent or other guardian"),
}
OUTCOME_WORDS: Final = {
    CorrectionOutcome.CORRECTED: (Text("确有错误，已更正", "wrong, and corrected"), "good"),
    CorrectionOutcome.UPHELD: (Text("经核实无误", "checked, and right as it was"), "neutral"),
    CorrectionOutcome.NOT_OURS: (Text("不属本单位，已告知主管单位", "not ours: told who is responsible"), "warning"),
    CorrectionOutcome.WITHDRAWN: (Text("申请人撤回", "withdrawn"), "neutral"),
}
DONE_WORDS: Final = {
    "recorded": Text("已登记，答复期限已算出。", "Recorded; the due day is worked out."),
    "decided": Text("已答复。请打印申请单交申请人。", "Answered. Print the form for who asked."),
}
_FIELDS: Final = ("source", "applicant", "child_name", "about", "stated", "receipt", "received_on")


def correction_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("corrections", __name__, url_prefix=CORRECTIONS)
    for path, name, view, method in (
        ("", "show_all", _show_all, "GET"),
        ("/new", "show_new", _show_new, "GET"),
        ("/new", "record", _record, "POST"),
        ("/<uuid:id_>", "show", _show, "GET"),
        ("/<uuid:id_>", "decide", _decide, "POST"),
        ("/<uuid:id_>/form", "print_form", _print_form, "GET"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.SEE_ASKED_OF_US)


def _show_all(console: Console) -> str:
    page = page_of(count_corrections(console))
    return render_template(
        "correction/list.html",
        corrections=list_corrections(console, signed_in().account.id, page.size, page.offset),
        page=page,
        columns=COLUMNS,
        sources=SOURCE_WORDS,
        outcomes=OUTCOME_WORDS,
        today=console.connector.today(),
    )


def _show_new(console: Console) -> str:
    typed = dict.fromkeys(_FIELDS, "") | {"received_on": console.connector.today().isoformat()}
    row = request.args.get("row", "")
    if row.isdecimal() and row.isascii() and len(row) < 10:
        typed["child_name"] = _name_in(console, int(row))
    return _new_page(typed, {})


def _name_in(console: Console, row: int) -> str:
    try:
        return open_account(console, signed_in().account.id, row).child.name
    except (RowNotFoundError, SettingsError, SourceError):
        return ""


def _new_page(typed: dict[str, str], errors: dict[str, str]) -> str:
    sources = [(source.value, choose(words)) for source, words in SOURCE_WORDS.items()]
    return render_template("correction/new.html", typed=typed, sources=sources, errors=errors)


def _record(console: Console) -> Response:
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    try:
        id_ = record_correction(console, signed_in().account.id, _said(typed))
    except CorrectionError as error:
        return make_response(_new_page(typed, {error.code.value: choose(error.wording)}), 422)
    return redirect(f"{CORRECTIONS}/{id_}?done=recorded", 303)


def _said(typed: dict[str, str]) -> Said:
    if typed["source"] not in set(CorrectionSource):
        raise CorrectionError(CorrectionFault.SOURCE)
    try:
        received_on = date.fromisoformat(typed["received_on"])
    except ValueError:
        raise CorrectionError(CorrectionFault.RECEIVED) from None
    if received_on.isoformat() != typed["received_on"]:
        raise CorrectionError(CorrectionFault.RECEIVED)
    return Said(
        source=CorrectionSource(typed["source"]),
        applicant=typed["applicant"],
        child_name=typed["child_name"],
        about=typed["about"],
        stated=typed["stated"],
        received_on=received_on,
        receipt=typed["receipt"],
    )


def _show(console: Console, id_: UUID) -> str:
    return _page(console, _get_or_404(console, id_), {}, {"outcome": "", "reason": ""})


def _page(console: Console, correction: Correction, errors: dict[str, str], typed: dict[str, str]) -> str:
    return render_template(
        "correction/correction.html",
        correction=correction,
        sources=SOURCE_WORDS,
        outcomes=OUTCOME_WORDS,
        outcome_choices=[(one.value, choose(words[0])) for one, words in OUTCOME_WORDS.items()],
        today=console.connector.today(),
        done=DONE_WORDS.get(request.args.get("done", "")),
        errors=errors,
        typed=typed,
    )


def _decide(console: Console, id_: UUID) -> Response:
    correction = _get_or_404(console, id_)
    typed = {"outcome": request.form.get("outcome", ""), "reason": request.form.get("reason", "")}
    try:
        decide_correction(console, signed_in().account.id, str(id_), _outcome(typed["outcome"]), typed["reason"])
    except CorrectionError as error:
        page = _page(console, correction, {error.code.value: choose(error.wording)}, typed)
        return make_response(page, 422)
    except CorrectionDecidedError:
        return redirect(f"{CORRECTIONS}/{id_}", 303)
    return redirect(f"{CORRECTIONS}/{id_}?done=decided", 303)


def _outcome(text: str) -> CorrectionOutcome:
    if text not in set(CorrectionOutcome):
        raise CorrectionError(CorrectionFault.OUTCOME)
    return CorrectionOutcome(text)


def _print_form(console: Console, id_: UUID) -> str:
    return render_template(
        "correction/form.html",
        correction=_get_or_404(console, id_, Action.CORRECTION_PRINTED),
        agency=console.connector.settings,
        sources=SOURCE_WORDS,
        outcomes=OUTCOME_WORDS,
    )


def _get_or_404(console: Console, id_: UUID, action: Action = Action.CORRECTION_VIEWED) -> Correction:
    try:
        return get_correction(console, signed_in().account.id, str(id_), action)
    except CorrectionUnknownError:
        abort(404)
