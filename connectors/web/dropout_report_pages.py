"""The regular reports on dropouts that the office owes: due days, numbers, the workbook, and that it was sent."""

from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request, send_file
from pydantic import TypeAdapter, ValidationError
from werkzeug import Response

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.dropouts.export_report import export_report
from connectors.dropouts.report_counts import SchoolCounts
from connectors.dropouts.reports import SOON_DAYS, OwedReport, count_report, list_owed, note_sent
from connectors.state.database import writing
from connectors.web.dropout_flag_pages import require_education
from connectors.web.dropout_wordings import GROUP_COLUMNS, REPORT_COLUMNS, REPORTS
from connectors.web.item_wordings import PROVISIONAL, PROVISIONAL_WHY
from connectors.web.ledger_check_pages import XLSX
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from schemas.dropouts.ledgers import DropoutLedger
from schemas.formats import Reference
from schemas.workflows.load import load_workflows

_REFERENCE: Final[TypeAdapter[str]] = TypeAdapter(Reference)


def dropout_report_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("dropout_reports", __name__, url_prefix=REPORTS)
    blueprint.add_url_rule("", "show", partial(_show, console))
    blueprint.add_url_rule("", "note", partial(_note, console), methods=["POST"])
    blueprint.add_url_rule("/workbook", "send", partial(_send, console))
    return requires_sign_in(blueprint, console, Permission.SEE_DROPOUTS)


def _show(console: Console) -> str:
    require_education(console)
    return _page(console, _owed(console, request.args.get("first_on", "")), {})


def _note(console: Console) -> Response:
    """Note that the report was sent, under its reference."""
    require_education(console)
    owed = _owed(console, request.form.get("first_on", ""))
    try:
        reference = _REFERENCE.validate_python(request.form.get("reference", "").strip())
    except ValidationError:
        words = Text(
            "文号应为 2 至 40 位字母、数字、点、横线，如 KC-2026-03",
            "A reference has 2 to 40 letters, digits, dots and dashes, such as KC-2026-03",
        )
        return make_response(_page(console, owed, {"reference": choose(words)}), 422)
    note_sent(console, signed_in().account, owed, reference)
    return redirect(f"{REPORTS}?first_on={owed.period.first_on.isoformat()}&noted=1", 303)


def _send(console: Console) -> Response:
    require_education(console)
    account = signed_in().account
    owed = _owed(console, request.args.get("first_on", ""))
    unit = account.school or console.connector.settings.name_zh
    workbook = export_report(unit, owed, count_report(console, account, owed.period))
    with writing(console.connector.state) as connection:
        detail = f"{owed.duty.id},first_on={owed.period.first_on.isoformat()}"
        record_in(connection, console.seconds(), account.id, Action.DROPOUTS_DOWNLOADED, None, detail)
    name = f"{owed.duty.id}-{owed.period.first_on.isoformat()}.xlsx"
    return send_file(BytesIO(workbook), XLSX, as_attachment=True, download_name=name, max_age=0)


def _page(console: Console, owed: OwedReport, errors: dict[str, str]) -> str:
    account = signed_in().account
    counts = count_report(console, account, owed.period)
    reasons = {one.code: Text(one.zh, one.en) for one in load_workflows()["W1"].reasons}
    return render_template(
        "dropout/report.html",
        owed=owed,
        name=Text(owed.duty.name_zh, owed.duty.name_en),
        all_owed=[(one, _tag(console, one)) for one in list_owed(console, account)],
        rows=[(name, *_numbers(one)) for name, one in counts.schools.items()],
        total=_numbers(counts.total),
        groups=[(choose(reasons[group.value]), count) for group, count in counts.groups.items()],
        columns=REPORT_COLUMNS,
        group_columns=GROUP_COLUMNS,
        can_flag=account.may(Permission.FLAG_DROPOUT),
        can_triage=account.may(Permission.TRIAGE_DROPOUTS),
        provisional=(choose(PROVISIONAL), choose(PROVISIONAL_WHY)),
        is_noted="noted" in request.args,
        typed=request.form,
        errors=errors,
    )


def _owed(console: Console, first_on: str) -> OwedReport:
    """Return the report that is asked for; else the one that ended last, unless it was sent already."""
    before, now = list_owed(console, signed_in().account)
    by_begin = {one.period.first_on.isoformat(): one for one in (before, now)}
    return by_begin.get(first_on) or (before if before.sent is None else now)


def _tag(console: Console, owed: OwedReport) -> tuple[str, str]:
    """Return the words and the kind of the tag that says how urgent a report is."""
    if owed.sent is not None:
        return choose(Text("已报送", "sent")), "good"
    if owed.is_overdue:
        return choose(Text("已超期", "overdue")), "bad"
    if console.connector.today() + timedelta(days=SOON_DAYS) >= owed.due.on:
        return choose(Text("即将到期", "due soon")), "warning"
    return choose(Text("未到期", "not due yet")), "neutral"


def _numbers(counts: SchoolCounts) -> tuple[int, ...]:
    return counts.flagged, *(counts.standing[ledger] for ledger in DropoutLedger), counts.closed
