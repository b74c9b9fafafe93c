"""Accounts at the console, for the security administrator: list, add, roles, disable."""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from gateway.domain.account import Account
from gateway.domain.account_rules import RoleFault
from gateway.domain.roles import Permission, Role
from gateway.services.account_book import GatewayAccounts
from gateway.services.context import Gateway
from gateway.web.agency_names import agency_name
from gateway.web.signed_in import requires_sign_in, signed_in
from gateway.web.wordings import ROLE_DUTIES, ROLE_NAMES
from hosting.accounts.account_rules import AccountError, AccountFault
from hosting.accounts.accounts import (
    StoredAccount,
    all_accounts,
    change_roles,
    disable_account,
    get_account,
    open_account,
)
from hosting.accounts.sign_in_card import sign_in_card
from hosting.web.language import Text, choose
from hosting.web.listing import Column, Sort, page_of, sort_of

COLUMNS = (
    Column(Text("登录名", "Sign-in name"), "id"),
    Column(Text("姓名", "Name"), "name"),
    Column(Text("角色", "Roles"), "roles"),
    Column(Text("单位", "Agency"), "agency"),
    Column(Text("状态", "State"), "state"),
)
ADDED = Text("账号已新增", "The account was added")
DONE = {
    "roles": Text("角色已更改，该账号的登录已结束。", "The roles were changed; the account's sessions are over."),
    "disabled": Text("账号已停用，其登录已结束。", "The account was disabled; its sessions are over."),
}
_FIELD_OF: Final[Mapping[StrEnum, str]] = {
    AccountFault.ID: "id",
    AccountFault.EXISTS: "id",
    AccountFault.NAME: "name",
    RoleFault.AGENCY_NEEDED: "agency",
    RoleFault.AGENCY_UNKNOWN: "agency",
}


def account_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("accounts", __name__, url_prefix="/console")
    for path, name, view, method in (
        ("/accounts", "show_all", _show_all, "GET"),
        ("/add-account", "show_form", _show_form, "GET"),
        ("/add-account", "add", _add, "POST"),
        ("/accounts/<account_id>", "show", _show, "GET"),
        ("/accounts/<account_id>/roles", "set_roles", _set_roles, "POST"),
        ("/accounts/<account_id>/disable", "ask_disable", _ask_disable, "GET"),
        ("/accounts/<account_id>/disable", "disable", _disable, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.MANAGE_ACCOUNTS)


def _show_all(gateway: Gateway) -> str:
    sort = sort_of(COLUMNS, Sort("id"))
    stored = sorted(
        all_accounts(GatewayAccounts(gateway)),
        key=lambda one: _sort_key(gateway, one, sort.key),
        reverse=sort.is_descending,
    )
    page = page_of(len(stored))
    shown = [(one, agency_name(gateway, one.account.agency)) for one in stored[page.offset : page.last]]
    return render_template(
        "account/list.html", accounts=shown, columns=COLUMNS, sort=sort, page=page, role_names=ROLE_NAMES
    )


def _sort_key(gateway: Gateway, stored: StoredAccount[Account], key: str) -> tuple[object, ...]:
    account = stored.account
    match key:
        case "name":
            return account.name, account.id
        case "roles":
            return sorted(account.roles), account.id
        case "agency":
            return choose(agency_name(gateway, account.agency)), account.id
        case "state":
            return stored.is_disabled, account.id
    return (account.id,)


def _show_form(gateway: Gateway) -> Response:
    return _form_page(gateway, {}, 200)


def _add(gateway: Gateway) -> Response:
    """Add an account; its card is shown in the answer itself, since nothing of it is kept to be shown later."""
    typed = request.form
    account = Account(
        typed.get("id", "").strip(), typed.get("name", "").strip(), _typed_roles(), typed.get("agency") or None
    )
    try:
        credential = open_account(GatewayAccounts(gateway), signed_in().account, account)
    except AccountError as error:
        return _form_page(gateway, {_field_of(error): choose(error.wording)}, 422)
    card = sign_in_card(GatewayAccounts(gateway), account.id, credential)
    return make_response(render_template("account/card.html", card=card, account=account, heading=ADDED))


def _show(gateway: Gateway, account_id: str) -> Response:
    done = DONE.get(request.args.get("done", ""))
    return _account_page(gateway, account_id, {}, 200, done)


def _set_roles(gateway: Gateway, account_id: str) -> AnyResponse:
    try:
        change_roles(GatewayAccounts(gateway), signed_in().account, account_id, _typed_roles())
    except AccountError as error:
        return _account_page(gateway, account_id, {"roles": choose(error.wording)}, 422)
    return redirect(f"/console/accounts/{account_id}?done=roles", 303)


def _ask_disable(gateway: Gateway, account_id: str) -> Response:
    stored = _get_or_404(gateway, account_id)
    return make_response(render_template("account/disable.html", stored=stored, errors={}))


def _disable(gateway: Gateway, account_id: str) -> AnyResponse:
    stored = _get_or_404(gateway, account_id)
    try:
        disable_account(GatewayAccounts(gateway), signed_in().account, account_id)
    except AccountError as error:
        errors = {"disable": choose(error.wording)}
        return make_response(render_template("account/disable.html", stored=stored, errors=errors), 422)
    return redirect(f"/console/accounts/{account_id}?done=disabled", 303)


def _form_page(gateway: Gateway, errors: dict[str, str], status: int) -> Response:
    members = gateway.members.current().members.values()
    agencies = [("", choose(Text("不属于某个单位（网关工作人员）", "No agency (works at the gateway)")))]
    agencies += [(member.agency, choose(Text(member.name_zh, member.name_en))) for member in members]
    page = render_template(
        "account/add.html",
        errors=errors,
        typed=request.form,
        roles=_role_choices(),
        chosen=_typed_roles(),
        agencies=agencies,
    )
    return make_response(page, status)


def _account_page(
    gateway: Gateway, account_id: str, errors: dict[str, str], status: int, done: Text | None = None
) -> Response:
    stored = _get_or_404(gateway, account_id)
    page = render_template(
        "account/account.html",
        stored=stored,
        agency=agency_name(gateway, stored.account.agency),
        is_own=stored.account.id == signed_in().account.id,
        roles=_role_choices(without=Role.AGENCY_AUDITOR),
        chosen=_typed_roles() if errors else stored.account.roles,
        role_names=ROLE_NAMES,
        errors=errors,
        done=done,
    )
    return make_response(page, status)


def _get_or_404(gateway: Gateway, account_id: str) -> StoredAccount[Account]:
    try:
        return get_account(GatewayAccounts(gateway), account_id)
    except AccountError:
        abort(404)


def _typed_roles() -> frozenset[Role]:
    known = {role.value for role in Role}
    return frozenset(Role(text) for text in request.form.getlist("roles") if text in known)


def _role_choices(without: Role | None = None) -> list[tuple[str, str, str]]:
    return [(role.value, choose(ROLE_NAMES[role]), choose(ROLE_DUTIES[role])) for role in Role if role is not without]


def _field_of(error: AccountError) -> str:
    return _FIELD_OF.get(error.code, "roles")
