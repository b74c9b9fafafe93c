"""Reports: asking for one, seeing when it is there, and taking it along; what is taken along is in the log."""

from functools import partial
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, send_file
from werkzeug import Response as AnyResponse

from gateway.domain.account import Account
from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.report_kinds import ReportKind, may_have, month_before
from gateway.domain.roles import Permission
from gateway.persistence.report_queries import ReportState
from gateway.services.context import Gateway
from gateway.services.make_report import SUFFIXES
from gateway.services.report_requests import (
    ReportDamagedError,
    ReportNotForAccountError,
    ask_report,
    hand_out_report,
    list_reports_for,
)
from gateway.web.agency_names import agency_name
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of
from schemas.base64url import decode_base64url

KIND_NAMES: Final = {
    ReportKind.MONTHLY: Text("月度报告", "Monthly report"),
    ReportKind.STATISTICS: Text("统计通报（小数隐去）", "Statistics (small numbers withheld)"),
    ReportKind.YEARLY: Text("年度审计证据材料", "Yearly evidence pack"),
}
KIND_NOTES: Final = {
    ReportKind.MONTHLY: Text(
        "工作簿：数量、拒绝原因、例外、信息项、时段", "Workbook: volumes, refusals, exceptions, attributes, hours"
    ),
    ReportKind.STATISTICS: Text(
        "工作簿：各单位各用途的比对请求，可对外公布", "Workbook: match requests by agency and purpose, fit to publish"
    ),
    ReportKind.YEARLY: Text(
        "压缩包：审计文档和全部日志条目，可离线核验",
        "Archive: the document and all entries of the log, verifiable offline",
    ),
}
COLUMNS: Final = (
    Column(Text("编号", "Id")),
    Column(Text("报告", "Report")),
    Column(Text("期间", "Period")),
    Column(Text("单位", "Agency")),
    Column(Text("状态", "State")),
    Column(Text("文件", "File")),
)
ALL_AGENCIES: Final = Text("全部单位", "all agencies")


def report_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("reports", __name__, url_prefix="/console/reports")
    for path, name, view, method in (
        ("", "show_all", _show_all, "GET"),
        ("", "ask", _ask, "POST"),
        ("/<report_id>/file", "hand_out", _hand_out, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.SEE_REPORTS)


def _show_all(gateway: Gateway) -> Response:
    return _page(gateway, {}, 200)


def _ask(gateway: Gateway) -> AnyResponse:
    account, typed = signed_in().account, request.form
    kind = next((one for one in ReportKind if one.value == typed.get("kind")), None)
    if kind is None:
        return _page(gateway, {"kind": choose(Text("请选择报告", "Choose a report"))}, 422)
    agency = (typed.get("agency") or None) if kind is ReportKind.MONTHLY else None
    if kind is ReportKind.MONTHLY and not may_have(account, kind, None):
        agency = account.agency
    try:
        report_id = ask_report(gateway, account, kind, typed.get("period", "").strip(), agency)
    except ReportNotForAccountError:
        return _page(
            gateway, {"kind": choose(Text("您的角色不能取得该报告", "Your role may not have this report"))}, 403
        )
    except ValueError:
        sentence = Text("月份写作 2026-11，年度写作 2026", "Write a month as 2026-11, a year as 2026")
        return _page(gateway, {"period": choose(sentence)}, 422)
    return redirect(f"/console/reports?asked={report_id}", 303)


def _hand_out(gateway: Gateway, report_id: str) -> AnyResponse:
    try:
        path = hand_out_report(gateway, signed_in().account, report_id)
    except ReportNotForAccountError:
        abort(404)
    except ReportDamagedError:
        sentence = Text(
            "文件缺失或已被改动，没有交出。请重新生成。",
            "The file is missing or was changed; nothing left. Ask for it again.",
        )
        return _page(gateway, {"file": choose(sentence)}, 409)
    return send_file(path, as_attachment=True, download_name=path.name, max_age=0)


def _page(gateway: Gateway, errors: dict[str, str], status: int) -> Response:
    account = signed_in().account
    reports = list_reports_for(gateway, account)
    page = page_of(len(reports))
    shown = reports[page.offset : page.last]
    body = render_template(
        "report/list.html",
        reports=[(one, None if one.agency is None else agency_name(gateway, one.agency)) for one in shown],
        is_waiting=any(one.state is ReportState.WAITING for one in shown),
        page=page,
        columns=COLUMNS,
        kinds=[
            (kind.value, choose(KIND_NAMES[kind]), choose(KIND_NOTES[kind]))
            for kind in ReportKind
            if may_have(account, kind, account.agency)
        ],
        agencies=_agencies(gateway, account),
        hexadecimal={one.id: decode_base64url(one.digest).hex() for one in shown if one.digest is not None},
        kind_names=KIND_NAMES,
        suffixes=SUFFIXES,
        last_month=month_before(gateway.now().astimezone(LEGAL_ZONE).date()),
        asked=request.args.get("asked"),
        typed=request.form,
        errors=errors,
    )
    return make_response(body, status)


def _agencies(gateway: Gateway, account: Account) -> list[tuple[str, str]]:
    """Return the agencies whose monthly report the account may have; one that may have but one is not asked."""
    if not may_have(account, ReportKind.MONTHLY, None):
        return []
    members = sorted(gateway.members.current().members)
    return [("", choose(ALL_AGENCIES)), *((agency, choose(agency_name(gateway, agency))) for agency in members)]
