"""What the gateway's console says where the log can't be written."""

from collections.abc import Mapping
from types import MappingProxyType
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

FAILURES: Final[Mapping[type[Exception], Failure]] = MappingProxyType({AuditUnavailableError: UNAVAILABLE})
