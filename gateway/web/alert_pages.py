"""Alerts: the open and the closed ones, what each means and what to do, and closing one with a finding."""

from functools import partial
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from gateway.alerts.closing import CLOSINGS, Closing
from gateway.alerts.facts import Severity
from gateway.alerts.rule import Rule, Unit, load_rules
from gateway.domain.roles import Permission
from gateway.services.close_alert import (
    MAX_NOTE_CHARACTERS,
    AlertClosedError,
    close_alert,
    count_seen_alerts,
    find_seen_alert,
    list_seen_alerts,
)
from gateway.services.context import Gateway
from gateway.web.agency_names import agency_name
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of

SEVERITY_NAMES: Final = {
    Severity.INFO: Text("提示", "for information"),
    Severity.WARNING: Text("警告", "warning"),
    Severity.SERIOUS: Text("严重", "serious"),
}
SEVERITY_TAGS: Final = {Severity.INFO: "neutral", Severity.WARNING: "warning", Severity.SERIOUS: "bad"}
UNIT_NAMES: Final = {
    Unit.RECORDS: Text("条记录", "records"),
    Unit.REQUESTS: Text("次请求", "requests"),
    Unit.ENTRIES: Text("条", "entries"),
    Unit.OFFICERS: Text("人", "officers"),
    Unit.PERCENT: Text("%", "%"),
    Unit.TIMES: Text("倍", "times"),
    Unit.HOUR_OF_DAY: Text("时", "o'clock"),
    Unit.SECONDS: Text("秒", "seconds"),
    Unit.MINUTES: Text("分钟", "minutes"),
    Unit.HOURS: Text("小时", "hours"),
    Unit.DAYS: Text("天", "days"),
}
COLUMNS: Final = (
    Column(Text("编号", "Reference")),
    Column(Text("程度", "Severity")),
    Column(Text("事项", "What")),
    Column(Text("涉及单位", "Agencies")),
    Column(Text("数量", "Count"), is_number=True),
    Column(Text("最近一次", "Last")),
    Column(Text("状态", "State")),
)


def alert_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("alerts", __name__, url_prefix="/console/alerts")
    for path, name, view, method in (
        ("", "show_all", _show_all, "GET"),
        ("/rules", "show_rules", _show_rules, "GET"),
        ("/<reference>", "show", _show, "GET"),
        ("/<reference>/close", "close", _close, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.SEE_ALERTS)


def _show_all(gateway: Gateway) -> str:
    account = signed_in().account
    is_open = request.args.get("state") != "closed"
    page = page_of(count_seen_alerts(gateway, account, is_open=is_open))
    alerts = list_seen_alerts(gateway, account, is_open=is_open, limit=page.size, offset=page.offset)
    return render_template(
        "alert/list.html",
        alerts=alerts,
        is_open=is_open,
        page=page,
        columns=COLUMNS,
        names={agency: agency_name(gateway, agency) for one in alerts for agency in one.agencies},
        **_words(),
    )


def _show_rules(gateway: Gateway) -> str:
    del gateway
    return render_template("alert/rules.html", unit_names=UNIT_NAMES, **_words())


def _show(gateway: Gateway, reference: str) -> Response:
    return _alert_page(gateway, reference, {}, 200)


def _close(gateway: Gateway, reference: str) -> AnyResponse:
    signed_in().require(Permission.CLOSE_ALERTS)
    errors = {}
    closing = next((one for one in Closing if one.value == request.form.get("finding")), None)
    note = request.form.get("note", "").strip()
    if closing is None:
        errors["finding"] = choose(Text("请选择处置结论", "Choose a finding"))
    if not 0 < len(note) <= MAX_NOTE_CHARACTERS:
        errors["note"] = choose(Text("请写明依据，2,000 字以内", "State on what ground, in 2,000 characters at most"))
    if closing is None or errors:
        return _alert_page(gateway, reference, errors, 422)
    try:
        close_alert(gateway, signed_in().account, reference, closing, note)
    except AlertClosedError:
        errors["finding"] = choose(Text("该预警已由他人处置", "Somebody else has closed this alert"))
        return _alert_page(gateway, reference, errors, 409)
    return redirect(f"/console/alerts/{reference}?done=1", 303)


def _alert_page(gateway: Gateway, reference: str, errors: dict[str, str], status: int) -> Response:
    account = signed_in().account
    seen = find_seen_alert(gateway, account, reference)
    if seen is None:
        abort(404)
    page = render_template(
        "alert/alert.html",
        seen=seen,
        alert=seen.alert,
        rule=_rule(seen.alert.rule),
        agencies=[agency_name(gateway, agency) for agency in seen.alert.agencies],
        may_close=account.may(Permission.CLOSE_ALERTS) and seen.alert.closed_at is None,
        may_read=account.may(Permission.READ_ENTRIES),
        is_done="done" in request.args,
        closing_choices=[(one.value, choose(CLOSINGS[one])) for one in Closing],
        typed=request.form,
        errors=errors,
        **_words(),
    )
    return make_response(page, status)


def _rule(code: str) -> Rule | None:
    """Return the rule, or None where a later version of the rules no longer has it."""
    return load_rules().get(code)


def _words() -> dict[str, object]:
    return {
        "rules": load_rules(),
        "severity_names": SEVERITY_NAMES,
        "severity_tags": SEVERITY_TAGS,
        "closing_names": {one.value: wording for one, wording in CLOSINGS.items()},
    }
