"""The officer's ledgers: what is there, upload a file, type one child in, follow the reading, destroy."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.agencies import agency_of
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.data_sets import DataSet, Field
from connectors.desk.ledger_file import MAX_UPLOAD_BYTES
from connectors.desk.ledger_upload import LEDGER_DAYS, ColumnsError, enter_child, upload_ledger
from connectors.desk.ledger_worker import LedgerWorker, work_on
from connectors.desk.ledgers import destroy_ledger, list_ledgers
from connectors.education import AGENCY_TYPE
from connectors.requester.ledger_roster import ledger_store_of
from connectors.sources.errors import SourceError
from connectors.state.database import writing
from connectors.state.ledgers import KeptLedger, LedgerState, LedgerUnknownError
from connectors.web.ledger_wordings import FIELD_HINTS, LIST_COLUMNS, STATE_WORDS, name_field
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import page_of
from hosting.web.signed_in import MAX_FORM_BYTES

LEDGERS: Final = f"{PREFIX}/ledgers"
CHILD_DATA_SETS: Final = ("query_roster", "guardian_roster")
"""Lists that one row may be typed in for."""


def ledger_pages(console: Console, worker: LedgerWorker) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("ledgers", __name__, url_prefix=LEDGERS)
    for path, name, view, method in (
        ("", "show_list", partial(_show_list, console), "GET"),
        ("", "upload", partial(_upload, console, worker), "POST"),
        ("/child", "show_child", partial(_show_child, console), "GET"),
        ("/child", "enter", partial(_enter, console), "POST"),
        ("/<uuid:id_>/destroy", "show_destroy", partial(_show_destroy, console), "GET"),
        ("/<uuid:id_>/destroy", "destroy", partial(_destroy, console), "POST"),
    ):
        blueprint.add_url_rule(path, name, view, methods=[method])
    return requires_sign_in(blueprint, console, Permission.KEEP_LEDGERS, MAX_UPLOAD_BYTES + MAX_FORM_BYTES)


def get_own(console: Console, id_: UUID) -> KeptLedger:
    """Return a ledger of who is signed in; answers 404 for anybody else's, and for one that is destroyed."""
    try:
        kept = ledger_store_of(console.connector).get(str(id_))
    except LedgerUnknownError:
        abort(404)
    if kept.owner != signed_in().account.id or kept.state is LedgerState.DESTROYED:
        abort(404)
    return kept


def data_set_of(console: Console, name: str | None) -> DataSet | None:
    """Return the agency's data set of a name, or None."""
    data_sets = agency_of(console.connector.settings.agency_type).data_sets
    return next((one for one in data_sets if one.name == name), None)


def _show_list(console: Console) -> str:
    return _list_page(console, {})


def _list_page(console: Console, errors: dict[str, str]) -> str:
    ledgers = list_ledgers(console, signed_in().account.id)
    page = page_of(len(ledgers))
    return render_template(
        "ledger/list.html",
        ledgers=ledgers[page.offset : page.offset + page.size],
        names={one.id: data_set_of(console, one.data_set) for one in ledgers},
        page=page,
        columns=LIST_COLUMNS,
        states=STATE_WORDS,
        max_megabytes=MAX_UPLOAD_BYTES // 2**20,
        days=LEDGER_DAYS,
        is_destroyed="destroyed" in request.args,
        can_ask=signed_in().account.may(Permission.ASK),
        can_flag=signed_in().account.may(Permission.FLAG_DROPOUT),
        can_triage=signed_in().account.may(Permission.TRIAGE_DROPOUTS),
        keeps_schools=_keeps_schools(console),
        errors=errors,
    )


def _keeps_schools(console: Console) -> bool:
    """Return whether the pages about keeping children in school are of use to who is signed in."""
    is_education = console.connector.settings.agency_type == AGENCY_TYPE
    return is_education and signed_in().account.may(Permission.SEE_DROPOUTS)


def _upload(console: Console, worker: LedgerWorker) -> Response:
    file = request.files.get("file")
    if file is None or not file.filename:
        errors = {"file": choose(Text("请选择一个文件", "Choose a file"))}
        return make_response(_list_page(console, errors), 422)
    try:
        id_ = upload_ledger(console, signed_in().account.id, file.filename, file.stream.read())
    except SourceError as error:
        return make_response(_list_page(console, {"file": choose(error.wording)}), 422)
    worker.submit(id_)
    return redirect(f"{LEDGERS}/{id_}", 303)


def _show_child(console: Console) -> str:
    return _child_page(console, _child_data_set(console, request.args.get("data_set")), {}, {})


def _enter(console: Console) -> Response:
    data_set = _child_data_set(console, request.form.get("data_set"))
    typed = {one.name: request.form.get(one.name, "") for one in _typed_fields(data_set)}
    try:
        id_ = enter_child(console, signed_in().account.id, data_set, typed)
    except ColumnsError as error:
        errors = {error.field: choose(Text("请填写这一项", "Fill this in"))}
        return make_response(_child_page(console, data_set, typed, errors), 422)
    work_on(console.connector, id_)
    return redirect(f"{LEDGERS}/{id_}", 303)


def _child_page(console: Console, data_set: DataSet, typed: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "ledger/child.html",
        data_set=data_set,
        data_sets=[_child_data_set(console, name) for name in CHILD_DATA_SETS],
        fields=_typed_fields(data_set),
        names={one.name: name_field(one.name, one.name_zh) for one in data_set.fields},
        hints=FIELD_HINTS,
        typed=typed,
        errors=errors,
    )


def _child_data_set(console: Console, name: str | None) -> DataSet:
    found = data_set_of(console, name if name in CHILD_DATA_SETS else CHILD_DATA_SETS[0])
    if found is None:
        abort(404)
    return found


def _typed_fields(data_set: DataSet) -> list[Field]:
    """Return what identifies: the required fields first."""
    fields = [one for one in data_set.fields if one.part is not None or one.required]
    return sorted(fields, key=lambda one: not one.required)


def _show_destroy(console: Console, id_: UUID) -> str:
    return render_template("ledger/destroy.html", ledger=get_own(console, id_))


def _destroy(console: Console, id_: UUID) -> Response:
    kept = get_own(console, id_)
    if kept.is_asked:
        return redirect(f"{LEDGERS}/{id_}/destroy", 303)
    destroy_ledger(console, kept.id)
    with writing(console.connector.state) as connection:
        account = signed_in().account.id
        record_in(connection, console.seconds(), account, Action.LEDGER_DESTROYED, kept.id, "by_hand")
    return redirect(f"{LEDGERS}?destroyed=1", 303)
