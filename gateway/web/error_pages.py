"""What the gateway's console says where the log can't be written."""

from typing import Final

from gateway.log.journal import AuditUnavailableError
from hosting.web.error_pages import Failure
from hosting.web.language import Text

UNAVAILABLE: Final = Failure(
    503,
    Text("审计日志暂时不能写入", "The audit log can't be written just now"),
    Text(
        "未留痕的操作不予执行，没有做任何改动。请稍后再试；如仍不行，请告知系统管理员。",
        "What is not logged is not done: nothing was changed. Try again later, or tell the system administrator.",
    ),
)


def failure_of(error: Exception) -> Failure | None:
    """Return what to say of an exception that only the gateway knows, or None."""
    return UNAVAILABLE if isinstance(error, AuditUnavailableError) else None
