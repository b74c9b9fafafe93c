"""The jobs that run in the background, for the system administrator: when each ran last, how long, and how it went."""

from functools import partial
from typing import Final

from flask import Blueprint

from gateway.domain.roles import Permission
from gateway.services.context import Gateway
from gateway.services.job_runs import show_job_runs
from gateway.web.signed_in import requires_sign_in
from hosting.web.job_list import render_jobs
from hosting.web.language import Text

JOB_NAMES: Final = {
    "sign_log": Text("签发检查点", "Sign the log's checkpoint"),
    "push_to_witnesses": Text("提交见证单位签名", "Have the witnesses sign"),
    "renew_registry": Text("更新登记信息", "Renew the registry"),
    "expire_agreements": Text("终止到期协议", "Expire agreements"),
    "replace_agreements": Text("终止已被取代的协议版本", "End replaced versions of agreements"),
    "note_overdue_reviews": Text("登记逾期未答复的协议", "Note overdue answers to proposals"),
    "end_epochs": Text("结束密钥周期", "End key epochs"),
    "forget_expired_envelopes": Text("清除过期请求编号", "Forget expired request ids"),
    "delete_ended_rows": Text("删除已终止索引", "Delete ended indexes"),
    "delete_removed_rows": Text("删除已撤下条目", "Delete removed index rows"),
    "delete_over_runs": Text("删除到期比对结果", "Delete match runs that are over"),
    "raise_alerts": Text("核对预警规则", "Evaluate the alert rules"),
    "erase_approved": Text("执行已批准的擦除", "Carry out approved erasures"),
    "propose_due_erasures": Text("对到期记录申请擦除", "Propose what is past its retention"),
    "suspend_officers": Text("登记因紧急查询被暂停的经办人", "Record officers suspended over emergency calls"),
    "escalate_items": Text("督办逾期事项", "Escalate overdue items"),
    "delete_emergency_calls": Text("删除保存期满的紧急查询记录", "Delete records of emergency calls at their day"),
    "delete_item_papers": Text("删除已办结事项的材料", "Delete papers of items that have ended"),
    "make_waiting_reports": Text("生成报告", "Make the reports asked for"),
    "ask_monthly_reports": Text("安排月度报告", "Ask for the monthly reports"),
}


def job_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("jobs", __name__, url_prefix="/console/jobs")
    blueprint.add_url_rule("", "show", partial(_show, gateway))
    return requires_sign_in(blueprint, gateway, Permission.SEE_JOBS)


def _show(gateway: Gateway) -> str:
    return render_jobs(show_job_runs(gateway), JOB_NAMES)
