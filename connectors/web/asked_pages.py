"""What was asked of this agency: use by agreement, every exchange, and stopping an agreement here."""

from functools import partial
from typing import Final

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.desk.asked_of_us import (
    HeldHereOnlyError,
    HoldReason,
    NotOursToHoldError,
    count_releases,
    get_use,
    list_releases,
    list_uses,
    resume,
    suspend,
)
from connectors.desk.question_statement import name_attributes
from connectors.state.database import writing
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.agreement_terms import STATE_TAGS
from hosting.web.language import Text, choose
from hosting.web.listing import Column, page_of
from schemas.agreement import AgreementState

USE_COLUMNS: Final = (
    Column(Text("用途", "Purpose")),
    Column(Text("谁来查询", "Asked by")),
    Column(Text("状态", "State")),
    Column(Text("查询次数", "Exchanges"), is_number=True),
    Column(Text("人次", "Children"), is_number=True),
    Column(Text("未答复", "No answer"), is_number=True),
    Column(Text("最近一次", "Last")),
    Column(Text("有效期至", "Until")),
)
RELEASE_COLUMNS: Final = (
    Column(Text("时间和回执", "Time and receipt")),
    Column(Text("谁来查询，为了什么", "Asked by, and for what")),
    Column(Text("对方的个案和经办人编号", "Their case and officer")),
    Column(Text("提供的内容", "What was asked")),
    Column(Text("人次", "Children"), is_number=True),
    Column(Text("未答复", "No answer"), is_number=True),
)
REASON_WORDS: Final = {
    HoldReason.UNUSUAL_USE: Text("查询异常，需要核实", "Unusual use, to be looked into"),
    HoldReason.WRONG_DATA: Text("本单位数据有误，需要更正", "Our data are wrong and are being corrected"),
    HoldReason.INCIDENT: Text("发生安全事件", "A security incident"),
    HoldReason.ORDERED: Text("上级或监督机关要求", "Ordered by a superior or the supervisor"),
    HoldReason.SETTLED: Text("问题已解决", "The matter is settled"),
}
DONE_WORDS: Final = {
    "suspended": (Text("已中止：本单位立即停止答复。", "Suspended: this agency stopped answering at once."), "good"),
    "here_only": (
        Text(
            "本单位已停止答复，但没能告知网关；请稍后再点一次“中止”。",
            "This agency stopped answering, but the gateway could not be told: suspend once more later.",
        ),
        "warning",
    ),
    "resumed": (Text("已恢复。", "Resumed."), "good"),
}


def asked_pages(console: Console) -> Blueprint:
    """Return the blueprint of what is only looked at."""
    blueprint = Blueprint("asked", __name__, url_prefix="/desk/asked")
    blueprint.add_url_rule("", "show", partial(_show, console))
    return requires_sign_in(blueprint, console, Permission.SEE_ASKED_OF_US)


def hold_pages(console: Console) -> Blueprint:
    """Return the blueprint of suspending and resuming."""
    blueprint = Blueprint("holds", __name__, url_prefix="/desk/asked/agreements")
    blueprint.add_url_rule("/<digest>", "show", partial(_show_hold, console))
    blueprint.add_url_rule("/<digest>", "hold", partial(_hold, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.HOLD_AGREEMENTS)


def _show(console: Console) -> str:
    uses = list_uses(console)
    chosen = next((use for use in uses if use.copy.standing.digest == request.args.get("agreement")), None)
    digest = None if chosen is None else chosen.copy.standing.digest
    page = page_of(count_releases(console, digest))
    releases = list_releases(console, page.offset, page.size, digest)
    with writing(console.connector.state) as connection:
        account = signed_in().account.id
        record_in(connection, console.seconds(), account, Action.RELEASES_VIEWED, digest, f"rows={len(releases)}")
    return render_template(
        "asked/asked.html",
        uses=uses,
        chosen=chosen,
        releases=releases,
        page=page,
        use_columns=USE_COLUMNS,
        release_columns=RELEASE_COLUMNS,
        states=STATE_TAGS,
        name_attributes=name_attributes,
        may_hold=signed_in().account.may(Permission.HOLD_AGREEMENTS),
    )


def _show_hold(console: Console, digest: str) -> str:
    return _hold_page(console, digest, {})


def _hold_page(console: Console, digest: str, errors: dict[str, str]) -> str:
    try:
        use = get_use(console, digest)
    except NotOursToHoldError:
        abort(404)
    wanted = [one for one in HoldReason if (one is HoldReason.SETTLED) != use.is_active]
    return render_template(
        "asked/hold.html",
        use=use,
        state=STATE_TAGS[use.copy.standing.state],
        attributes=name_attributes(use.copy.agreement.attributes),
        reasons=[(reason.value, choose(REASON_WORDS[reason])) for reason in wanted],
        is_suspended=use.copy.standing.state is AgreementState.SUSPENDED,
        done=DONE_WORDS.get(request.args.get("done", "")),
        errors=errors,
    )


def _hold(console: Console, digest: str) -> Response:
    reason, deed = request.form.get("reason", ""), request.form.get("deed", "")
    if reason not in set(HoldReason):
        return make_response(
            _hold_page(console, digest, {"reason": choose(Text("请选择理由", "Choose a reason"))}), 422
        )
    account, done = signed_in().account.id, "suspended"
    try:
        match deed:
            case "suspend":
                suspend(console, account, digest, HoldReason(reason))
            case "resume":
                resume(console, account, digest, HoldReason(reason))
                done = "resumed"
            case _:
                abort(400)
    except NotOursToHoldError:
        abort(404)
    except HeldHereOnlyError:
        done = "here_only"
    return redirect(f"/desk/asked/agreements/{digest}?done={done}", 303)
