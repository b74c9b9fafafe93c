"""Lists of items: what waits for this account first, then all, overdue and ended ones, by pages."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.items.lists import find_by_number, list_items
from connectors.items.views import ItemRow, ItemScope
from connectors.web.item_waiting import only_watches, waiting_items
from connectors.web.item_wordings import (
    EMPTY_WORDS,
    ITEMS,
    OVERDUE,
    PROVISIONAL,
    PROVISIONAL_WHY,
    SCOPE_WORDS,
    name_workflow,
    say_due,
    say_span,
    state_tag,
)
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose, t
from hosting.web.listing import Column, page_of
from schemas.workflows.item_number import ItemNumberError, parse_item_number
from schemas.workflows.load import load_workflows

COLUMNS: Final = (
    Column(Text("编号", "Number")),
    Column(Text("儿童", "Child")),
    Column(Text("事项", "Kind")),
    Column(Text("状态", "State")),
    Column(Text("由谁负责", "In charge")),
    Column(Text("时限", "Due")),
)
MAX_NAME_CHARACTERS: Final = 60


def item_list_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("item_lists", __name__)
    blueprint.add_url_rule(ITEMS, "show", partial(_show, console))
    blueprint.add_url_rule(f"{ITEMS}/by-number", "find", partial(_find, console))
    blueprint.add_url_rule(f"{ITEMS}/by-name", "search", partial(_search, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.SEE_REFERRALS)


def _show(console: Console) -> str:
    account = signed_in().account
    scope = _scope_of(request.args.get("scope"), account)
    return _page(scope, _rows(console, account, scope))


def _rows(console: Console, account: Account, scope: ItemScope) -> list[ItemRow]:
    return waiting_items(console, account) if scope is ItemScope.WAITING else list_items(console, account, scope=scope)


def _find(console: Console) -> str | Response:
    """Lead to the item whose number was copied from paper, or say that it is not here."""
    account = signed_in().account
    try:
        number = parse_item_number(request.args.get("number", ""))
    except ItemNumberError as error:
        return _refused(console, choose(error.wording))
    item = find_by_number(console, account, number)
    if item is None:
        return _refused(
            console,
            t(
                "没有这个编号的事项，或不由您办理。请核对编号。",
                "There is no item with this number, or it is not yours. Check the number.",
            ),
        )
    return redirect(f"{ITEMS}/{item}", 303)


def _refused(console: Console, sentence: str) -> str:
    account = signed_in().account
    scope = _scope_of(None, account)
    return _page(scope, _rows(console, account, scope), errors={"number": sentence})


def _search(console: Console) -> str:
    """Show the items about a child of this name; a name is never part of an address."""
    account, name = signed_in().account, request.form.get("child_name", "").strip()[:MAX_NAME_CHARACTERS]
    scope = _scope_of(request.form.get("scope"), account)
    found = [row for row in _rows(console, account, scope) if name and name in (row.child_name or "")]
    return _page(scope, found, name=name)


def _page(
    scope: ItemScope,
    rows: Sequence[ItemRow],
    *,
    name: str | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    account, workflow = signed_in().account, request.args.get("workflow", "")
    kept = [row for row in rows if workflow in {"", row.workflow.id}]
    page = page_of(len(kept))
    return render_template(
        "item/list.html",
        rows=kept[page.offset : page.offset + page.size],
        page=page,
        columns=COLUMNS,
        scope=scope,
        scopes=_scopes_for(account),
        scope_words=SCOPE_WORDS[scope],
        empty=EMPTY_WORDS[scope],
        name=name,
        errors=errors or {},
        number=request.args.get("number", "") if errors else "",
        workflow=workflow,
        workflows=[("", t("全部事项", "All kinds")), *_workflow_choices()],
        name_workflow=name_workflow,
        state_tag=state_tag,
        say_due=say_due,
        say_span=say_span,
        words={"overdue": OVERDUE, "provisional": PROVISIONAL, "provisional_why": PROVISIONAL_WHY},
        is_any_provisional=any(row.due is not None and row.due.provisional for row in kept),
        may_open=account.may(Permission.OPEN_REFERRALS) or account.may(Permission.TAKE_REPORTS),
        is_watching=only_watches(account),
        deleted=request.args.get("deleted"),
    )


def _scope_of(text: str | None, account: Account) -> ItemScope:
    if text is not None and text in set(ItemScope):
        return ItemScope(text)
    return ItemScope.OVERDUE if only_watches(account) else ItemScope.WAITING


def _scopes_for(account: Account) -> dict[ItemScope, Text]:
    """Return the lists to choose from; who only watches has nothing to handle."""
    watched = (ItemScope.OVERDUE, ItemScope.ALL)
    return {scope: SCOPE_WORDS[scope] for scope in (watched if only_watches(account) else ItemScope)}


def _workflow_choices() -> list[tuple[str, str]]:
    return [(one.id, choose(name_workflow(one))) for one in load_workflows().values()]
