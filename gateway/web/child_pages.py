"""One child: every access to a provider's record, and the signed accounting for the guardian."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request

from gateway.domain.child_accounting import Access
from gateway.domain.roles import Permission
from gateway.domain.stated_reason import StatedReason, StatedReasonError
from gateway.services.account_for_child import (
    ChildQuestion,
    TooManyAccessesError,
    UnreasonedReviewError,
    account_for_child,
    make_accounting,
)
from gateway.services.context import Gateway
from gateway.web.entry_wordings import EntryWords, reason_options
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column
from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.formats import HANDLE_BYTES
from schemas.messages.accounting import MAX_HANDLES, AccessKind

COLUMNS: Final = (
    Column(Text("告知", "Tell")),
    Column(Text("时间", "Time")),
    Column(Text("查询单位", "Asking agency")),
    Column(Text("用途", "Purpose")),
    Column(Text("结果", "Result")),
    Column(Text("信息项", "Attributes")),
    Column(Text("保护性规则", "Protective rule")),
    Column(Text("请求", "Request")),
)
KIND_WORDS: Final = {
    AccessKind.COMPARED: (Text("仅比对，未提供信息", "compared only"), "neutral"),
    AccessKind.RELEASED: (Text("已提供", "released"), "good"),
    AccessKind.PARTLY_RELEASED: (Text("部分提供", "partly released"), "warning"),
    AccessKind.REFUSED: (Text("未提供", "not released"), "bad"),
}
FIELDS: Final = ("provider", "handles", "reason", "reason_text", "case")
_HEX: Final = re.compile(r"[0-9a-f]{32}")
_SEPARATORS: Final = re.compile(r"[\s,;，；]+")


@dataclass
class _Asked:
    """What the form says: as typed, what is wrong with it, and the question if nothing is."""

    typed: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    question: ChildQuestion | None = None


def child_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("child", __name__, url_prefix="/console")
    for path, name, view, method in (
        ("/child", "show", _show, "GET"),
        ("/child", "look", _look, "POST"),
        ("/child/accounting", "make", _make, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.ACCOUNT_FOR_CHILD)


def _show(gateway: Gateway) -> Response:
    return _form_page(gateway, _Asked(dict.fromkeys(FIELDS, "")))


def _look(gateway: Gateway) -> Response:
    """Show the accesses in this very answer: a handle stands in no address."""
    asked = _read_form(gateway)
    if asked.question is None:
        return _form_page(gateway, asked)
    try:
        found = account_for_child(gateway, signed_in().account, asked.question)
    except TooManyAccessesError:
        return _form_page(gateway, _too_many(asked))
    return _result_page(gateway, asked, found)


def _make(gateway: Gateway) -> Response:
    """Hand out the signed accounting as a file, after the review that the form states."""
    asked = _read_form(gateway)
    if asked.question is None:
        return _form_page(gateway, asked)
    account, told = signed_in().account, request.form.getlist("told")
    try:
        made = make_accounting(gateway, account, asked.question, told, request.form.get("why", ""))
    except UnreasonedReviewError:
        asked.errors["why"] = choose(
            Text("您的选择与保护性规则不一致，请说明理由", "Your choice departs from the protective rules: say why")
        )
        return _result_page(gateway, asked, account_for_child(gateway, account, asked.question), told)
    except TooManyAccessesError:
        return _form_page(gateway, _too_many(asked))
    response = make_response(made.data)
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="accounting.json"'
    return response


def _read_form(gateway: Gateway) -> _Asked:
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    asked = _Asked(typed)
    if gateway.members.current().find(typed["provider"]) is None:
        asked.errors["provider"] = choose(Text("请选择持有该记录的单位", "Choose the agency that holds the record"))
    handles = _parse_handles(typed["handles"])
    if not 1 <= len(handles) <= MAX_HANDLES or "" in handles:
        asked.errors["handles"] = choose(
            Text(
                f"请填写 1 至 {MAX_HANDLES} 个记录代号，每个 22 位（或者 32 位十六进制）",
                f"Give 1 to {MAX_HANDLES} handles, each of 22 characters (or 32 hexadecimal ones)",
            )
        )
    try:
        reason = StatedReason.parse(typed["reason"], typed["reason_text"], typed["case"])
    except StatedReasonError as error:
        asked.errors[error.code.field] = choose(error.wording)
        return asked
    if not asked.errors:
        asked.question = ChildQuestion(typed["provider"], handles, reason)
    return asked


def _parse_handles(text: str) -> tuple[str, ...]:
    """Return the handles of a text in their one form, each once; an empty one stands for what is none."""
    return tuple(dict.fromkeys(_parse_handle(part) for part in _SEPARATORS.split(text) if part))


def _parse_handle(text: str) -> str:
    if _HEX.fullmatch(text):
        return encode_base64url(bytes.fromhex(text))
    try:
        return text if len(decode_base64url(text)) == HANDLE_BYTES else ""
    except Base64Error:
        return ""


def _too_many(asked: _Asked) -> _Asked:
    asked.errors["handles"] = choose(
        Text("查询记录过多，请减少代号后分次查询", "Too many accesses: give fewer handles at a time")
    )
    return asked


def _form_page(gateway: Gateway, asked: _Asked) -> Response:
    page = render_template(
        "child/ask.html",
        typed=asked.typed,
        errors=asked.errors,
        agencies=[("", "—"), *EntryWords(gateway).agencies()],
        reasons=reason_options(),
    )
    return make_response(page, 422 if asked.errors else 200)


def _result_page(gateway: Gateway, asked: _Asked, found: tuple[Access, ...], told: list[str] | None = None) -> Response:
    """Show the accesses, newest first; ticked is what the rules tell, or what was ticked before."""
    by_rule = [access.place for access in found if access.telling.is_told]
    page = render_template(
        "child/accesses.html",
        typed=asked.typed,
        errors=asked.errors,
        found=found[::-1],
        told=by_rule if told is None else told,
        withheld=len(found) - len(by_rule),
        columns=COLUMNS,
        kinds=KIND_WORDS,
        words=EntryWords(gateway),
        why=request.form.get("why", ""),
    )
    return make_response(page, 422 if asked.errors else 200)
