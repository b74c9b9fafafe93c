"""Exporting a search's result: what leaves, why, and who agrees; large exports wait for a second person."""

from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from gateway.domain.export_limits import APPROVAL_ABOVE, MAX_EXPORT_ENTRIES, ExportFormat, needs_of
from gateway.domain.log_filter import LogFilter
from gateway.domain.roles import Permission
from gateway.domain.stated_reason import StatedReason, StatedReasonError
from gateway.services.approve_export import (
    NotYourApprovalError,
    approve_export,
    export_approved,
    may_approve,
    open_requests,
    request_export,
    withdraw_export,
)
from gateway.services.context import Gateway
from gateway.services.export_entries import ExportFault, ExportRefusedError, ExportWish, count_export, export_entries
from gateway.services.export_files import SeveralYearsError
from gateway.web.entry_wordings import EntryWords, reason_options
from gateway.web.log_filter_form import chips_of, read_filter
from gateway.web.send_export import send_export
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose

FORMATS: Final = {
    ExportFormat.XLSX: (
        Text("Excel 工作簿（.xlsx）", "Excel workbook (.xlsx)"),
        Text("便于阅读和打印", "To read and to print"),
    ),
    ExportFormat.CSV: (Text("CSV", "CSV"), Text("便于其他表格程序读取", "For other spreadsheets")),
    ExportFormat.JSONL: (
        Text("JSON 行：条目原文与证明", "JSON lines: entries verbatim with proofs"),
        Text("便于程序处理", "For programs"),
    ),
    ExportFormat.OCSF: (
        Text("OCSF 事件", "OCSF events"),
        Text("便于安全监测平台读取", "For security monitoring platforms"),
    ),
    ExportFormat.EVIDENCE: (
        Text("证据包（.zip）", "Evidence bundle (.zip)"),
        Text("可脱机核验，限一个年度", "Verifies offline; of one year"),
    ),
}
_FAULTS: Final = {
    ExportFault.NOTHING_FOUND: ("format", Text("没有可导出的条目", "There is nothing to export")),
    ExportFault.REASON_MISSING: ("reason", Text("请说明理由", "State the reason")),
    ExportFault.NOT_CONFIRMED: ("confirmed", Text("请再次确认导出的数量", "Confirm the number once more")),
    ExportFault.APPROVAL_MISSING: ("format", Text("须经第二人批准", "A second person must approve")),
    ExportFault.APPROVAL_NOT_NEEDED: ("format", Text("数量已变化，请重新确认", "The number has changed; look again")),
    ExportFault.TOO_MANY: (
        "format",
        Text(
            f"一次最多导出 {MAX_EXPORT_ENTRIES:,} 条，请缩小日期范围",
            f"At most {MAX_EXPORT_ENTRIES:,} entries in one file; narrow the dates",
        ),
    ),
    ExportFault.APPROVAL_UNKNOWN: ("format", Text("批准不存在或已使用", "There is no such approval, or it was used")),
}
_SEVERAL_YEARS: Final = Text(
    "证据包只能含一个年度的条目，请把日期限在一年之内", "Evidence is of one year; keep the dates within one"
)
_DONE: Final = {
    "asked": Text("已提出导出申请，等待另一人批准。", "The export was asked for; somebody else must approve it."),
    "approved": Text("已批准，申请人可以下载。", "Approved; the one who asked may take the file."),
    "withdrawn": Text("申请已撤回。", "The request was withdrawn."),
}


def export_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("exports", __name__, url_prefix="/console/search")
    for path, name, view, method in (
        ("/export", "show", _show, "GET"),
        ("/export", "export", _export, "POST"),
        ("/exports", "show_requests", _show_requests, "GET"),
        ("/exports/<request_id>/approve", "approve", _approve, "POST"),
        ("/exports/<request_id>/withdraw", "withdraw", _withdraw, "POST"),
        ("/exports/<request_id>/file", "take", _take, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.EXPORT_ENTRIES)


def _show(gateway: Gateway) -> Response:
    form = read_filter(request.args.to_dict())
    if form.filter is None:
        abort(400)
    return _form_page(gateway, form.filter, {}, {})


def _export(gateway: Gateway) -> AnyResponse:
    # In one field: a condition and what is said for the export may bear the same name.
    form = read_filter(dict(parse_qsl(request.form.get("query", ""))))
    if form.filter is None:
        abort(400)
    typed = {name: request.form.get(name, "") for name in ("format", "reason", "reason_text", "case", "confirmed")}
    if typed["format"] not in {known.value for known in ExportFormat}:
        return _form_page(gateway, form.filter, typed, {"format": choose(Text("请选择文件形式", "Choose the form"))})
    try:
        return _answer(gateway, _wish(form.filter, typed))
    except StatedReasonError as error:
        errors = {error.code.field: choose(error.wording)}
    except ExportRefusedError as error:
        name, sentence = _FAULTS[error.fault]
        errors = {name: choose(sentence)}
    except SeveralYearsError:
        errors = {"format": choose(_SEVERAL_YEARS)}
    return _form_page(gateway, form.filter, typed, errors)


def _wish(asked: LogFilter, typed: dict[str, str]) -> ExportWish:
    """Return what the form wishes for; a reason is read only where something was typed of one."""
    stated = any(typed[name] for name in ("reason", "reason_text", "case"))
    reason = StatedReason.parse(typed["reason"], typed["reason_text"], typed["case"]) if stated else None
    return ExportWish(asked, ExportFormat(typed["format"]), reason, typed["confirmed"] == "yes")


def _answer(gateway: Gateway, wish: ExportWish) -> AnyResponse:
    account = signed_in().account
    if count_export(gateway, account, wish.filter) > APPROVAL_ABOVE:
        request_export(gateway, account, wish)
        return redirect("/console/search/exports?done=asked", 303)
    return send_export(export_entries(gateway, account, wish))


def _form_page(gateway: Gateway, asked: LogFilter, typed: dict[str, str], errors: dict[str, str]) -> Response:
    records = count_export(gateway, signed_in().account, asked)
    page = render_template(
        "export/export.html",
        asked=asked,
        query=urlencode(asked.parameters()),
        chips=chips_of(asked, EntryWords(gateway)),
        records=records,
        needs=needs_of(records),
        most=MAX_EXPORT_ENTRIES,
        formats=[(form.value, choose(name), choose(hint)) for form, (name, hint) in FORMATS.items()],
        reasons=reason_options(),
        typed=typed,
        errors=errors,
    )
    return make_response(page, 422 if errors else 200)


def _show_requests(gateway: Gateway) -> str:
    account = signed_in().account
    found = [(one, may_approve(gateway, account, one)) for one in open_requests(gateway, account)]
    return render_template(
        "export/requests.html",
        requests=found,
        own=account.id,
        words=EntryWords(gateway),
        formats={form.value: name for form, (name, _) in FORMATS.items()},
        done=_DONE.get(request.args.get("done", "")),
    )


def _approve(gateway: Gateway, request_id: str) -> AnyResponse:
    try:
        approve_export(gateway, signed_in().account, request_id)
    except NotYourApprovalError:
        abort(404)
    return redirect("/console/search/exports?done=approved", 303)


def _withdraw(gateway: Gateway, request_id: str) -> AnyResponse:
    withdraw_export(gateway, signed_in().account, request_id)
    return redirect("/console/search/exports?done=withdrawn", 303)


def _take(gateway: Gateway, request_id: str) -> AnyResponse:
    try:
        return send_export(export_approved(gateway, signed_in().account, request_id))
    except (ExportRefusedError, SeveralYearsError):
        abort(404)
