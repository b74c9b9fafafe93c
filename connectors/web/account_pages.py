"""Accounts at the officer's console, for the security administrator: list, roles, disable, reset."""

from functools import partial
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.web.account_form import role_choices, typed_roles
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from connectors.web.wordings import ROLE_NAMES
from hosting.accounts.account_rules import AccountError
from hosting.accounts.accounts import (
    StoredAccount,
    all_accounts,
    change_roles,
    disable_account,
    get_account,
    reset_account,
)
from hosting.accounts.sign_in_card import sign_in_card
from hosting.sign_on.identities import find_identity
from hosting.web.language import Text, choose
from hosting.web.listing import Column, Sort, page_of, sort_of

COLUMNS: Final = (
    Column(Text("登录名", "Sign-in name"), "id"),
    Column(Text("姓名", "Name"), "name"),
    Column(Text("角色", "Roles"), "roles"),
    Column(Text("学校", "School"), "school"),
    Column(Text("状态", "State"), "state"),
)
RESET: Final = Text("账号已重置", "The account was reset")
DONE: Final = {
    "roles": Text("角色已更改，该账号的登录已结束。", "The roles were changed; the account's sessions are over."),
    "linked": Text(
        "已绑定统一身份，本程序的密码已失效。", "The account is bound; its password of this program is no longer valid."
    ),
    "disabled": Text("账号已停用，其登录已结束。", "The account was disabled; its sessions are over."),
}


def account_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("accounts", __name__, url_prefix=f"{PREFIX}/accounts")
    for path, name, view, method in (
        ("", "show_all", _show_all, "GET"),
        ("/<account_id>", "show", _show, "GET"),
        ("/<account_id>/roles", "set_roles", _set_roles, "POST"),
        ("/<account_id>/disable", "ask_disable", partial(_ask, "account/disable.html"), "GET"),
        ("/<account_id>/disable", "disable", _disable, "POST"),
        ("/<account_id>/reset", "ask_reset", partial(_ask, "account/reset.html"), "GET"),
        ("/<account_id>/reset", "reset", _reset, "POST"),
    ):
        book = AgencyAccounts(console.connector)
        blueprint.add_url_rule(path, name, partial(view, book), methods=[method])
    return requires_sign_in(blueprint, console, Permission.MANAGE_ACCOUNTS)


def _show_all(book: AgencyAccounts) -> str:
    sort = sort_of(COLUMNS, Sort("id"))
    stored = sorted(all_accounts(book), key=partial(_sort_key, sort.key), reverse=sort.is_descending)
    page = page_of(len(stored))
    return render_template(
        "account/list.html",
        accounts=stored[page.offset : page.last],
        columns=COLUMNS,
        sort=sort,
        page=page,
        role_names=ROLE_NAMES,
    )


def _sort_key(key: str, stored: StoredAccount[Account]) -> tuple[object, ...]:
    account = stored.account
    match key:
        case "name":
            return account.name, account.id
        case "roles":
            return sorted(account.roles), account.id
        case "school":
            return account.school or "", account.id
        case "state":
            return stored.is_disabled, account.id
    return (account.id,)


def _show(book: AgencyAccounts, account_id: str) -> Response:
    return _account_page(book, account_id, {}, 200, DONE.get(request.args.get("done", "")))


def _set_roles(book: AgencyAccounts, account_id: str) -> AnyResponse:
    try:
        change_roles(book, signed_in().account, account_id, typed_roles())
    except AccountError as error:
        return _account_page(book, account_id, {"roles": choose(error.wording)}, 422)
    return redirect(f"{PREFIX}/accounts/{account_id}?done=roles", 303)


def _ask(template: str, book: AgencyAccounts, account_id: str) -> Response:
    stored = _get_or_404(book, account_id)
    return make_response(render_template(template, stored=stored, error=None))


def _disable(book: AgencyAccounts, account_id: str) -> AnyResponse:
    stored = _get_or_404(book, account_id)
    try:
        disable_account(book, signed_in().account, account_id)
    except AccountError as error:
        return make_response(render_template("account/disable.html", stored=stored, error=error.wording), 422)
    return redirect(f"{PREFIX}/accounts/{account_id}?done=disabled", 303)


def _reset(book: AgencyAccounts, account_id: str) -> Response:
    """Reset an account; its card is shown in the answer itself, since nothing of it is kept to be shown later."""
    stored = _get_or_404(book, account_id)
    try:
        credential = reset_account(book, signed_in().account, account_id)
    except AccountError as error:
        return make_response(render_template("account/reset.html", stored=stored, error=error.wording), 422)
    card = sign_in_card(book, account_id, credential)
    return make_response(render_template("account/card.html", card=card, account=stored.account, heading=RESET))


def _account_page(
    book: AgencyAccounts, account_id: str, errors: dict[str, str], status: int, done: Text | None = None
) -> Response:
    stored = _get_or_404(book, account_id)
    with book.reading() as connection:
        identity = find_identity(connection, book.tables, account_id)
    page = render_template(
        "account/account.html",
        stored=stored,
        is_own=stored.account.id == signed_in().account.id,
        roles=role_choices(),
        chosen=typed_roles() if errors else stored.account.roles,
        role_names=ROLE_NAMES,
        has_provider=book.connector.settings.identity_provider is not None,
        is_linked=identity is not None,
        errors=errors,
        done=done,
    )
    return make_response(page, status)


def _get_or_404(book: AgencyAccounts, account_id: str) -> StoredAccount[Account]:
    try:
        return get_account(book, account_id)
    except AccountError:
        abort(404)
