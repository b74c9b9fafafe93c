"""Pages that say what went wrong, by which rule, and what to do next; never what somebody typed."""

import logging
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from gateway.domain.roles import PERMISSIONS, Permission, Role
from gateway.log.journal import AuditUnavailableError
from gateway.web.wordings import PERMISSION_NAMES, ROLE_NAMES
from hosting.web.forgery import ForgedFormError
from hosting.web.language import Text

_logger = logging.getLogger("tongxin.gateway")


class NotPermittedError(Exception):
    """Somebody may not do this; the page says who may."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission)
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Failure:
    """What an error page says."""

    status: int
    title: Text
    sentence: Text


_FAILURES: Final = {
    404: Failure(
        404,
        Text("没有这个页面", "There is no such page"),
        Text("请核对网址，或从概览重新开始。", "Check the address, or begin again at the overview."),
    ),
    405: Failure(
        405,
        Text("不能这样打开", "This can't be opened so"),
        Text("请返回上一页，用页面上的按钮操作。", "Go back and use the page's buttons."),
    ),
    413: Failure(
        413, Text("提交的内容太大", "Too much was sent"), Text("请减少内容后再提交。", "Send less at a time.")
    ),
}
_MALFORMED: Final = Failure(
    400,
    Text("请求不完整或有误", "The request is incomplete or wrong"),
    Text("请返回上一页，核对后再提交。", "Go back, check, and send it again."),
)
_FORGED: Final = Failure(
    403,
    Text("表单不是从本页面提交的", "The form was not sent from this page"),
    Text(
        "没有做任何改动。请重新打开页面后再提交。",
        "Nothing was changed. Open the page again and send the form from there.",
    ),
)
_UNAVAILABLE: Final = Failure(
    503,
    Text("审计日志暂时不能写入", "The audit log can't be written just now"),
    Text(
        "未留痕的操作不予执行，没有做任何改动。请稍后再试；如仍不行，请告知系统管理员。",
        "What is not logged is not done: nothing was changed. Try again later, or tell the system administrator.",
    ),
)
_BROKEN: Final = Failure(
    500,
    Text("程序出错", "The program failed"),
    Text(
        "已记录出错的位置，没有记录您填写的内容。请告知系统管理员。",
        "The place was noted, nothing that you typed. Tell the system administrator.",
    ),
)


def install_error_pages(blueprint: Blueprint) -> None:
    """Answer every exception in a page of `blueprint` with a page that says what to do."""
    blueprint.register_error_handler(NotPermittedError, _refuse)
    blueprint.register_error_handler(Exception, _fail)


def roles_with(permission: Permission) -> list[Role]:
    """Return the roles that may do this."""
    return [role for role in Role if permission in PERMISSIONS[role]]


def _refuse(error: NotPermittedError) -> Response:
    page = render_template(
        "error/not_permitted.html",
        permission=PERMISSION_NAMES[error.permission],
        roles=[ROLE_NAMES[role] for role in roles_with(error.permission)],
    )
    return make_response(page, 403)


def _fail(error: Exception) -> Response:
    failure = _failure_of(error)
    return make_response(render_template("error/failure.html", failure=failure), failure.status)


def _failure_of(error: Exception) -> Failure:
    match error:
        case ForgedFormError():
            return _FORGED
        case AuditUnavailableError():
            return _UNAVAILABLE
        case HTTPException():
            return _FAILURES.get(error.code or 0, _MALFORMED)
    _logger.error("unforeseen %s at %s", type(error).__name__, request.endpoint)
    return _BROKEN
