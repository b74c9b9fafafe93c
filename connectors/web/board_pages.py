"""Boards of the private OR (purpose P03): how far each is, whose turn it is, since when it answers; opening one."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.boards import (
    BoardPart,
    activate_board,
    list_board_views,
    list_own_steps,
    may_open_board,
    open_board,
)
from connectors.desk.question_failures import FailureWords, tell_failure
from connectors.desk.question_work import EXPECTED, failure_of
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column
from schemas.agency_kinds import AGENCY_KIND_NAMES
from schemas.messages.private_or import MAX_LIST_SIZE, MIN_LIST_SIZE, BoardState

BOARDS: Final = "/desk/boards"
USUAL_LIST_SIZE: Final = 4_096
OFFICE_COLUMNS: Final = (
    Column(Text("次序", "Turn"), is_number=True),
    Column(Text("部门", "Office")),
    Column(Text("在哪些地区有数据", "Has data on")),
)
STATE_WORDS: Final = {
    BoardState.SHARING: (Text("等保管方给出半把钥匙", "waits for the keeper’s half of the key"), "waiting"),
    BoardState.MARKING: (Text("各部门轮流标记", "offices mark it in turn"), "waiting"),
    BoardState.LIVE: (Text("可以查询", "answers questions"), "good"),
    BoardState.ENDED: (Text("已销毁", "destroyed"), "neutral"),
}
PART_WORDS: Final = {
    BoardPart.REQUESTER: Text("需求方：开板、启用、查询", "requester: opens it, lets it answer, asks"),
    BoardPart.KEEPER: Text(
        "保管方：持有另外半把钥匙，不掌握任何人的情况", "keeper: the other half of the key, and no data on anybody"
    ),
    BoardPart.RESOLVER: Text(
        "公安：知道父母是谁，也标记自己掌握的情况", "police: knows who the parents are, and marks what it knows"
    ),
    BoardPart.OFFICE: Text("部门：标记自己掌握的情况", "office: marks what it knows"),
}
STEP_WORDS: Final = {
    "open": Text("开板", "opened"),
    "activate": Text("启用", "let it answer"),
    "share": Text("给出半把钥匙", "stated its half of the key"),
    "turn": Text(
        "盲求值本单位名单（填充到约定人数）并标记",
        "had its list, filled up to the agreed size, evaluated blindly, and marked",
    ),
}


def board_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("boards", __name__, url_prefix=BOARDS)
    for path, name, view, method in (
        ("", "show", _show, "GET"),
        ("", "open", _open, "POST"),
        ("/<uuid:board>", "activate", _activate, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    return requires_sign_in(blueprint, console, Permission.PREPARE_AGREEMENTS)


def _show(console: Console) -> str:
    return _page(console, None, {}, str(USUAL_LIST_SIZE))


def _page(console: Console, failure: FailureWords | None, errors: dict[str, str], list_size: str) -> str:
    try:
        views, may_open = list_board_views(console), may_open_board(console)
    except EXPECTED as error:
        views, may_open, failure = [], False, failure or tell_failure(failure_of(error).code)
    return render_template(
        "board/boards.html",
        views=views,
        steps={one.board.board: list_own_steps(console, one.board.board) for one in views},
        states=STATE_WORDS,
        parts=PART_WORDS,
        step_words=STEP_WORDS,
        columns=OFFICE_COLUMNS,
        kind_names=AGENCY_KIND_NAMES,
        may_open=may_open,
        failure=failure,
        errors=errors,
        list_size=list_size,
    )


def _open(console: Console) -> Response:
    typed = request.form.get("list_size", "").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 5 and MIN_LIST_SIZE <= int(typed) <= MAX_LIST_SIZE):
        errors = {
            "list_size": choose(
                Text(
                    f"请填写 {MIN_LIST_SIZE} 至 {MAX_LIST_SIZE}",
                    f"Give a number from {MIN_LIST_SIZE} to {MAX_LIST_SIZE}",
                )
            )
        }
        return make_response(_page(console, None, errors, typed), 422)
    try:
        open_board(console, signed_in().account.id, int(typed))
    except EXPECTED as error:
        return make_response(_page(console, tell_failure(failure_of(error).code), {}, typed), 409)
    return redirect(BOARDS, 303)


def _activate(console: Console, board: UUID) -> Response:
    try:
        activate_board(console, signed_in().account.id, str(board))
    except EXPECTED as error:
        page = _page(console, tell_failure(failure_of(error).code), {}, str(USUAL_LIST_SIZE))
        return make_response(page, 409)
    return redirect(BOARDS, 303)
