"""The connector's jobs on a page: when each ran last, how it went, and when it runs next."""

from functools import partial
from typing import Final

from flask import Blueprint

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.holiday_notices import HolidayNoticeMissingError
from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.publisher.refresh_indexes import IndexNotRefreshedError
from connectors.state.job_runs import ConnectorJobs
from connectors.web.signed_in import PREFIX, requires_sign_in
from hosting.web.job_list import render_jobs
from hosting.web.language import Text
from schemas.problem import ProblemError

JOB_NAMES: Final = {
    "refresh_indexes": Text("更新已发布的索引", "Refresh published indexes"),
    "ask_standing_questions": Text("按期查询（定期查询）", "Ask standing questions"),
    "fetch_registry": Text("更新登记信息和协议", "Fetch the registry and the agreements"),
    "destroy_expired": Text(
        "销毁到期的答复、台账、材料、学生填报内容、校核申请和密钥",
        "Destroy answers, ledgers, papers, what was told of pupils, requests and keys that have expired",
    ),
    "destroy_due_questions": Text("销毁到期的查询结果", "Destroy results of questions that have expired"),
    "check_holidays": Text(
        "核对放假通知，重算暂定时限", "See that the year's holidays are known, count provisional deadlines anew"
    ),
    "look_after_emergencies": Text(
        "送达紧急查询复核，销毁到期结果", "Tell reviews of emergency calls, destroy their results"
    ),
    "exchange_items": Text("收发事项", "Send and fetch items"),
    "advance_boards": Text("办理“部门间合算”中轮到本单位的一步", "Take this agency's step of the private OR"),
    "check_promises": Text("核对网关的记录承诺", "Check the gateway's promises against its log"),
    "compare_entries": Text("核对审计日志中的本单位记录", "Compare our entries in the audit log"),
    "cosign_log": Text("见证审计日志", "Cosign the audit log"),
    "compare_notes": Text("与其他见证单位对照", "Compare notes with the other witnesses"),
}
NEXT_STEPS: Final = {
    GatewayUnreachableError.__name__: Text(
        "连不上网关，连上后自动继续；一直连不上，请找网络管理人员。",
        "The gateway can't be reached. It goes on by itself; if that lasts, ask those who run the network.",
    ),
    ProblemError.__name__: Text(
        "网关拒绝了请求：请查看告警，并联系网关管理人员。",
        "The gateway refused: look at the alerts, and ask those who run the gateway.",
    ),
    AnswerError.__name__: Text(
        "网关的答复通不过核验：请保存告警，并通知其他单位。",
        "The gateway's answer does not verify: keep the alerts, and tell the other agencies.",
    ),
    IndexNotRefreshedError.__name__: Text(
        "有索引没有更新，原因见“数据”。", "An index was not refreshed: see under Data why."
    ),
    HolidayNoticeMissingError.__name__: Text(
        "缺少放假通知，请在“放假通知”中添加。", "A holiday notice is missing: add it under Holiday notices."
    ),
}
"""What to do about a type of error."""


def job_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("jobs", __name__, url_prefix=PREFIX)
    blueprint.add_url_rule("/jobs", "show", partial(_show, console))
    return requires_sign_in(blueprint, console, Permission.SEE_JOBS)


def _show(console: Console) -> str:
    return render_jobs(ConnectorJobs(console.connector.state, console.now).runs(), JOB_NAMES, NEXT_STEPS)
