"""Searching the log: form, results by pages, kept searches, and the search by officer or record for a reason."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from gateway.domain.export_limits import needs_of
from gateway.domain.log_filter import LogFilter
from gateway.domain.roles import Permission
from gateway.domain.stated_reason import StatedReason, StatedReasonError
from gateway.services.context import Gateway
from gateway.services.saved_searches import SavedSearchError, forget_search, save_search, saved_searches
from gateway.services.search_log import (
    PAGE_SIZE,
    Found,
    Officer,
    PageOf,
    search_by_officer,
    search_by_record,
    search_log,
)
from gateway.web.entry_wordings import EntryWords, reason_options
from gateway.web.log_filter_form import MORE, NAMES, chips_of, is_asked, options_of, read_filter
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column, Page, Sort, sort_of

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,39}")
_HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_DONE: Final = {
    "saved": Text("检索条件已保存。", "The search was kept."),
    "forgotten": Text("已删除保存的检索。", "The kept search was deleted."),
}


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column that may be shown; `name` states it in the address."""

    name: str
    column: Column


COLUMNS: Final = (
    ShownColumn("time", Column(Text("时间", "Time"), "time")),
    ShownColumn("event", Column(Text("事件", "Event"))),
    ShownColumn("actor", Column(Text("发起单位", "Asking agency"))),
    ShownColumn("peer", Column(Text("对方单位", "Answering agency"))),
    ShownColumn("purpose", Column(Text("用途", "Purpose"))),
    ShownColumn("decision", Column(Text("决定", "Decision"))),
    ShownColumn("records", Column(Text("记录数", "Records"), is_number=True)),
    ShownColumn("request", Column(Text("请求", "Request"))),
    ShownColumn("code", Column(Text("事件代码", "Code"))),
    ShownColumn("fields", Column(Text("信息项", "Attributes"))),
    ShownColumn("agreement", Column(Text("协议编号", "Agreement"))),
    ShownColumn("place", Column(Text("条目", "Entry"))),
    ShownColumn("hash", Column(Text("叶哈希", "Leaf hash"))),
)
DEFAULT_COLUMNS: Final = ("time", "event", "actor", "peer", "purpose", "decision", "records", "request")
NEWEST_FIRST: Final = Sort("time", is_descending=True)


def search_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("search", __name__, url_prefix="/console")
    for path, name, view, method in (
        ("/search", "show", _show, "GET"),
        ("/search/save", "save", _save, "POST"),
        ("/search/forget", "forget", _forget, "POST"),
        ("/search/closed", "show_closed", _show_closed, "GET"),
        ("/search/closed", "search_closed", _search_closed, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.READ_ENTRIES)


def _show(gateway: Gateway) -> Response:
    form, words, account = read_filter(request.args.to_dict()), EntryWords(gateway), signed_in().account
    sort = sort_of([shown.column for shown in COLUMNS], NEWEST_FIRST)
    found = None
    if is_asked() and form.filter is not None:
        page_of = PageOf(_page_number(request.args.get("page", "1")), not sort.is_descending)
        found = search_log(gateway, account, form.filter, page_of)
    page = render_template(
        "search/search.html",
        form=form,
        words=words,
        found=found,
        sort=sort,
        page=found and Page(found.page, PAGE_SIZE, found.total),
        chips=chips_of(form.filter, words) if form.filter else [],
        query=urlencode(form.filter.parameters()) if form.filter else "",
        needs=needs_of(found.total) if found else None,
        columns=_chosen_columns(),
        all_columns=COLUMNS,
        options=options_of(words),
        names=NAMES,
        more=MORE,
        saved=saved_searches(gateway, account),
        may_export=account.may(Permission.EXPORT_ENTRIES),
        done=_DONE.get(request.args.get("done", "")),
    )
    return make_response(page, 422 if form.errors else 200)


def _chosen_columns() -> list[ShownColumn]:
    chosen = request.args.getlist("column") or DEFAULT_COLUMNS
    return [shown for shown in COLUMNS if shown.name in chosen]


def _page_number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 1


def _save(gateway: Gateway) -> AnyResponse:
    form = read_filter(_filter_fields())
    asked = form.filter or LogFilter()
    try:
        save_search(gateway, signed_in().account, request.form.get("name", ""), asked)
    except SavedSearchError as error:
        page = render_template("search/not_saved.html", errors={"name": choose(error.wording)}, asked=asked)
        return make_response(page, 422)
    return redirect(_address(asked, done="saved"), 303)


def _forget(gateway: Gateway) -> AnyResponse:
    forget_search(gateway, signed_in().account, request.form.get("name", ""))
    return redirect("/console/search?done=forgotten", 303)


def _filter_fields() -> dict[str, str]:
    return {name: request.form[name] for name in NAMES if request.form.get(name)}


def _address(asked: LogFilter, **further: str) -> str:
    return f"/console/search?{urlencode({**asked.parameters(), **further})}"


def _show_closed(gateway: Gateway) -> Response:
    return _closed_page(gateway, {}, {}, None)


def _search_closed(gateway: Gateway) -> Response:
    """Search by officer or record. What is found is in this very answer: neither may stand in an address."""
    signed_in().require(Permission.DISCLOSE_PERSONAL)
    typed = {name: request.form.get(name, "").strip() for name in ("by", "agency", "officer", "handle")}
    typed |= {name: request.form.get(name, "") for name in ("reason", "reason_text", "case")}
    errors = _closed_errors(gateway, typed)
    if errors:
        return _closed_page(gateway, typed, errors, None)
    reason = StatedReason.parse(typed["reason"], typed["reason_text"], typed["case"])
    page, account = PageOf(_page_number(request.form.get("page", "1"))), signed_in().account
    if typed["by"] == "officer":
        found = search_by_officer(gateway, account, Officer(typed["agency"], typed["officer"]), reason, page)
    else:
        found = search_by_record(gateway, account, typed["handle"], reason, page)
    return _closed_page(gateway, typed, {}, found)


def _closed_errors(gateway: Gateway, typed: dict[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if typed["by"] not in {"officer", "record"}:
        errors["by"] = choose(Text("请选择按什么检索", "Choose what to search by"))
    if typed["by"] == "officer" and gateway.members.current().find(typed["agency"]) is None:
        errors["agency"] = choose(Text("请选择经办人所在单位", "Choose the officer's agency"))
    if typed["by"] == "officer" and not _REFERENCE.fullmatch(typed["officer"]):
        errors["officer"] = choose(
            Text(
                "请填写经办人代号（字母、数字、点、横线）",
                "Give the officer's reference (letters, digits, dots, hyphens)",
            )
        )
    if typed["by"] == "record" and not _HANDLE.fullmatch(typed["handle"]):
        errors["handle"] = choose(Text("请填写 22 位记录代号", "Give the record's handle of 22 characters"))
    try:
        StatedReason.parse(typed["reason"], typed["reason_text"], typed["case"])
    except StatedReasonError as error:
        errors[error.code.field] = choose(error.wording)
    return errors


def _closed_page(gateway: Gateway, typed: dict[str, str], errors: dict[str, str], found: Found | None) -> Response:
    words = EntryWords(gateway)
    page = render_template(
        "search/closed.html",
        typed=typed,
        errors=errors,
        found=found,
        page=found and Page(found.page, PAGE_SIZE, found.total),
        words=words,
        columns=[shown for shown in COLUMNS if shown.name in DEFAULT_COLUMNS],
        agencies=[("", "—"), *words.agencies()],
        reasons=reason_options(),
    )
    return make_response(page, 422 if errors else 200)
