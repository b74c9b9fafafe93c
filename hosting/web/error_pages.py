"""Pages that say what went wrong, by which rule, and what to do next; never what somebody typed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from hosting.web.forgery import ForgedFormError
from hosting.web.language import Text


class NotPermittedError(Exception):
    """Somebody may not do this; the page says who may."""

    def __init__(self, permission: StrEnum) -> None:
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
        Text("请核对网址，或从首页重新开始。", "Check the address, or begin again at the first page."),
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
_BROKEN: Final = Failure(
    500,
    Text("程序出错", "The program failed"),
    Text(
        "已记录出错的位置，没有记录您填写的内容。请告知系统管理员。",
        "The place was noted, nothing that you typed. Tell the system administrator.",
    ),
)


@dataclass(frozen=True)
class ErrorPages:
    """Pages for every exception in a console's pages.

    `failure_of` knows those of the program's own; `logger` is the name under which unforeseen
    ones are noted, by type alone.
    """

    logger: str
    permission_text: Callable[[Any], Text]
    roles_with: Callable[[Any], Sequence[Text]]
    failure_of: Callable[[Exception], Failure | None]

    def install(self, blueprint: Blueprint) -> None:
        """Answer every exception in a page of `blueprint` with a page that says what to do."""
        blueprint.register_error_handler(NotPermittedError, self._refuse)
        blueprint.register_error_handler(Exception, self._fail)

    def _refuse(self, error: NotPermittedError) -> Response:
        page = render_template(
            "error/not_permitted.html",
            permission=self.permission_text(error.permission),
            roles=self.roles_with(error.permission),
        )
        return make_response(page, 403)

    def _fail(self, error: Exception) -> Response:
        failure = self._failure(error)
        return make_response(render_template("error/failure.html", failure=failure), failure.status)

    def _failure(self, error: Exception) -> Failure:
        if (own := self.failure_of(error)) is not None:
            return own
        match error:
            case ForgedFormError():
                return _FORGED
            case HTTPException():
                return _FAILURES.get(error.code or 0, _MALFORMED)
        logging.getLogger(self.logger).error("unforeseen %s at %s", type(error).__name__, request.endpoint)
        return _BROKEN
