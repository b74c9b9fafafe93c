"""What the officer's console says of the connector's own exceptions: the clause, and who can change it."""

from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.settings import SettingsError
from hosting.web.error_pages import Failure
from hosting.web.language import Text
from schemas.problem import ProblemError

_UNREACHABLE = Failure(
    503,
    Text("网关暂时连不上", "The gateway can't be reached just now"),
    Text(
        "没有发出任何内容。请稍后再试；如仍不行，请告知本单位安全管理员检查网络。",
        "Nothing was sent. Try again later, or ask the security administrator to check the network.",
    ),
)
_UNTRUSTED = Failure(
    502,
    Text("网关的答复不可信", "The gateway's answer can't be trusted"),
    Text(
        "答复没有通过核验，已弃用。请告知本单位安全管理员。",
        "The answer did not pass the checks and was thrown away. Tell the security administrator.",
    ),
)

_NO_DATA = Failure(
    409,
    Text("本单位没有接入数据", "No data of this agency are connected"),
    Text(
        "本单位没有登记册，或者设置有误。不提供数据的单位（如牵头机构）不用这一页；其他单位请告知系统管理员核对设置。",
        "The agency has no register, or a setting is wrong. One that provides no data, such as a lead body, needs no "
        "such page; any other: have the system administrator look at the settings.",
    ),
)


def failure_of(error: Exception) -> Failure | None:
    """Return what to say of an exception that only a connector knows, or None."""
    match error:
        case GatewayUnreachableError():
            return _UNREACHABLE
        case AnswerError():
            return _UNTRUSTED
        case ProblemError():
            return _refusal(error)
        case SettingsError():
            return _NO_DATA
    return None


def _refusal(error: ProblemError) -> Failure:
    clause = f" [{error.clause}]" if error.clause else ""
    sentence = Text(f"{error.diagnostics('zh')}{clause}", f"{error.diagnostics('en')}{clause}")
    return Failure(error.as_problem().status, Text("请求被拒绝", "The request was refused"), sentence)
