"""The ledgers of suspected dropouts, dropouts, and those who returned: of the school for it, of all for the county."""

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from typing import Final

from flask import Blueprint, render_template, request, send_file
from werkzeug import Response

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.dropouts.dropout_lines import DropoutLine, count_ledgers, list_dropouts, schools_of, steps_taken
from connectors.dropouts.export_ledger import export_ledger
from connectors.state.database import writing
from connectors.web.dropout_flag_pages import require_education
from connectors.web.dropout_wordings import DROPOUTS, LINE_COLUMNS, name_reason
from connectors.web.item_wordings import ITEMS, OVERDUE, PROVISIONAL, say_due, state_tag
from connectors.web.ledger_check_pages import XLSX
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import choose, t
from hosting.web.listing import page_of
from schemas.dropouts.ledgers import LEDGER_NAMES, DropoutLedger

MAX_SCHOOL_CHARACTERS: Final = 200


def dropout_ledger_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("dropouts", __name__, url_prefix=DROPOUTS)
    blueprint.add_url_rule("", "show", partial(_show, console))
    blueprint.add_url_rule("/workbook", "send", partial(_send, console))
    return requires_sign_in(blueprint, console, Permission.SEE_DROPOUTS)


def _show(console: Console) -> str:
    require_education(console)
    account = signed_in().account
    lines = list_dropouts(console, account)
    ledger, of_ledger = _chosen(lines)
    page = page_of(len(of_ledger))
    shown = of_ledger[page.offset : page.offset + page.size]
    _note(console, Action.DROPOUTS_VIEWED, f"{ledger.value},rows={len(shown)}")
    return render_template(
        "dropout/ledger.html",
        ledger=ledger,
        ledgers=LEDGER_NAMES,
        counts=count_ledgers(lines),
        rows=[(line, state_tag(line.row), line.row.due and say_due(line.row.due)) for line in shown],
        name_reason=name_reason,
        page=page,
        columns=LINE_COLUMNS,
        school=_school(),
        schools=[("", choose_all()), *((name, name) for name in schools_of(lines))],
        own_school=account.school if account.may(Permission.FLAG_DROPOUT) else None,
        can_triage=account.may(Permission.TRIAGE_DROPOUTS),
        items=ITEMS,
        overdue=choose(OVERDUE),
        provisional=choose(PROVISIONAL),
    )


def _send(console: Console) -> Response:
    """Send a ledger in the offices' own form; it holds exact reasons and stays inside education."""
    require_education(console)
    account, today = signed_in().account, console.connector.today()
    ledger, lines = _chosen(list_dropouts(console, account))
    rows = ((line, steps_taken(console, line.row.item)) for line in lines)
    unit = account.school or console.connector.settings.name_zh
    workbook = export_ledger(LEDGER_NAMES[ledger].zh, unit, today, rows)
    _note(console, Action.DROPOUTS_DOWNLOADED, f"{ledger.value},rows={len(lines)}")
    name = f"{ledger.value}-{today.isoformat()}.xlsx"
    return send_file(BytesIO(workbook), XLSX, as_attachment=True, download_name=name, max_age=0)


def choose_all() -> str:
    """Return what stands for no filter of schools."""
    return t("全部学校", "All schools")


def _chosen(lines: Sequence[DropoutLine]) -> tuple[DropoutLedger, list[DropoutLine]]:
    """Return the ledger and the lines that the address asks for."""
    asked, school = request.args.get("ledger", ""), _school()
    ledger = DropoutLedger(asked) if asked in set(DropoutLedger) else DropoutLedger.SUSPECTED
    found = [line for line in lines if line.ledger is ledger and school in {"", line.row.school}]
    return ledger, found


def _school() -> str:
    return request.args.get("school", "")[:MAX_SCHOOL_CHARACTERS]


def _note(console: Console, action: Action, detail: str) -> None:
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), signed_in().account.id, action, None, detail)
