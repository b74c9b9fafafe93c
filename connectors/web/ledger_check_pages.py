"""A ledger that is checked: how far it has come, what is wrong with which row, repairs, the marked workbook."""

from functools import partial
from io import BytesIO
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, send_file
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.data_sets import DataSet
from connectors.desk.ledger_marks import mark_workbook
from connectors.desk.ledger_repairs import can_be_repaired, repair_row
from connectors.desk.ledger_upload import LedgerInUseError
from connectors.desk.ledger_view import RowFilter, find_row_numbers, list_rows, show_row
from connectors.dropouts.absence_ledger import is_absence_ledger
from connectors.requester.ledger_roster import ledger_store_of
from connectors.sources.errors import SourceError
from connectors.sources.findings import FINDINGS
from connectors.sources.ledger_rows import MAX_CELL_CHARACTERS
from connectors.state.ledger_rows import LedgerRowStore
from connectors.state.ledgers import KeptLedger, LedgerState, LedgerUnknownError
from connectors.web.ledger_pages import LEDGERS, data_set_of, get_own
from connectors.web.ledger_wordings import FILTER_WORDS, ROW_COLUMNS, STATE_WORDS
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose, t
from hosting.web.listing import page_of

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ledger_check_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("ledger_check", __name__, url_prefix=LEDGERS)
    for path, name, view, method in (
        ("/<uuid:id_>", "show", _show, "GET"),
        ("/<uuid:id_>/rows/<int:number>", "show_row", _show_row, "GET"),
        ("/<uuid:id_>/rows/<int:number>", "repair", _repair, "POST"),
        ("/<uuid:id_>/marked", "send_marked", _send_marked, "GET"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.KEEP_LEDGERS)


def _show(console: Console, id_: UUID) -> str | Response:
    kept = get_own(console, id_)
    if kept.state is LedgerState.COLUMNS:
        return redirect(f"{LEDGERS}/{id_}/columns", 303)
    if kept.state in {LedgerState.READING, LedgerState.CHECKING}:
        return _progress_page(console, kept)
    if kept.card.fault is not None:
        error = SourceError(kept.card.fault.code, row=kept.card.fault.row, column=kept.card.fault.column)
        return render_template("ledger/faulty.html", ledger=kept, sentence=error.wording)
    return _rows_page(console, kept, _data_set(console, kept))


def _progress_page(console: Console, kept: KeptLedger) -> str:
    """Show how far the check has come, and how long the rest takes at the pace so far."""
    passed = console.seconds() - (kept.begun_at or console.seconds())
    left = max(0, kept.rows_total - kept.rows_done)
    seconds = -(-passed * left // kept.rows_done) if kept.rows_done and passed else None
    return render_template("ledger/progress.html", ledger=kept, left=left, passed=passed, seconds=seconds)


def _rows_page(console: Console, kept: KeptLedger, data_set: DataSet) -> str:
    asked_for = request.args.get("show", "")
    shown = RowFilter(asked_for) if asked_for in set(RowFilter) else RowFilter.MARKED
    code = request.args.get("finding")
    code = code if code in FINDINGS else None
    numbers = find_row_numbers(console, kept, shown, code)
    page = page_of(len(numbers))
    of_page = numbers[page.offset : page.offset + page.size]
    repaired = request.args.get("repaired", "")
    return render_template(
        "ledger/rows.html",
        ledger=kept,
        data_set=data_set,
        state=STATE_WORDS[kept.state],
        rows=list_rows(console, signed_in().account.id, kept, data_set, of_page),
        page=page,
        columns=ROW_COLUMNS,
        shown=shown,
        code=code,
        filters=FILTER_WORDS,
        findings=_finding_counts(console, kept),
        sentences=FINDINGS,
        can_repair=can_be_repaired(kept),
        can_ask=signed_in().account.may(Permission.ASK),
        can_flag=signed_in().account.may(Permission.FLAG_DROPOUT) and is_absence_ledger(kept),
        repaired=int(repaired) if repaired.isascii() and repaired.isdecimal() else None,
    )


def _finding_counts(console: Console, kept: KeptLedger) -> list[tuple[str, int]]:
    return LedgerRowStore(ledger_store_of(console.connector), kept.id).finding_counts()


def _show_row(console: Console, id_: UUID, number: int) -> str:
    kept = _checked(console, id_)
    try:
        row = show_row(console, signed_in().account.id, kept, _data_set(console, kept), number)
    except LedgerUnknownError:
        abort(404)
    return render_template(
        "ledger/row.html",
        ledger=kept,
        row=row,
        errors={f"cell-{cell.position}": _said(cell.sentences) for cell in row.cells if cell.sentences},
        of_row=_said(row.sentences),
        can_repair=can_be_repaired(kept),
        is_saved="saved" in request.args,
        max_characters=MAX_CELL_CHARACTERS,
    )


def _repair(console: Console, id_: UUID, number: int) -> Response:
    """Keep what was typed; where something is wrong still, the row's page says so."""
    kept = _checked(console, id_)
    fields = {at: request.form.get(f"cell-{at}") for at in kept.card.columns.values()}
    typed = {at: text for at, text in fields.items() if text is not None}
    try:
        findings = repair_row(console, signed_in().account.id, kept.id, number, typed)
    except LedgerUnknownError:
        abort(404)
    except LedgerInUseError:
        return redirect(f"{LEDGERS}/{id_}", 303)
    if findings:
        return redirect(f"{LEDGERS}/{id_}/rows/{number}?saved=1", 303)
    return redirect(f"{LEDGERS}/{id_}?repaired={number}", 303)


def _said(sentences: tuple[Text, ...]) -> str:
    return t("；", "; ").join(map(choose, sentences))


def _send_marked(console: Console, id_: UUID) -> Response:
    kept = _checked(console, id_)
    marked = mark_workbook(console, signed_in().account.id, kept.id)
    return send_file(BytesIO(marked), XLSX, as_attachment=True, download_name="marked.xlsx", max_age=0)


def _checked(console: Console, id_: UUID) -> KeptLedger:
    kept = get_own(console, id_)
    if kept.state not in {LedgerState.READY, LedgerState.FAULTY} or kept.card.fault is not None:
        abort(404)
    return kept


def _data_set(console: Console, kept: KeptLedger) -> DataSet:
    found = data_set_of(console, kept.data_set)
    if found is None:
        abort(404)
    return found
