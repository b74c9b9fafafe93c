"""A new account: the form, and the card that is handed over once."""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.account_rules import RoleFault
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.web.account_form import role_choices, typed_roles
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.accounts.account_rules import AccountError, AccountFault
from hosting.accounts.accounts import open_account
from hosting.accounts.sign_in_card import sign_in_card
from hosting.web.language import Text, choose

ADDED: Final = Text("账号已新增", "The account was added")
_FIELD_OF: Final[Mapping[StrEnum, str]] = {
    AccountFault.ID: "id",
    AccountFault.EXISTS: "id",
    AccountFault.NAME: "name",
    RoleFault.SCHOOL: "school",
    RoleFault.SCHOOL_NEEDED: "school",
    RoleFault.SCHOOL_ONLY: "school",
}


def add_account_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("add_account", __name__, url_prefix=PREFIX)
    book = AgencyAccounts(console.connector)
    blueprint.add_url_rule("/add-account", "show", partial(_form_page, {}, 200), methods=["GET"])
    blueprint.add_url_rule("/add-account", "add", partial(_add, book), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.MANAGE_ACCOUNTS)


def _add(book: AgencyAccounts) -> Response:
    """Add an account; its card is shown in the answer itself, since nothing of it is kept to be shown later."""
    typed = {name: request.form.get(name, "").strip() for name in ("id", "name", "school")}
    account = Account(typed["id"], typed["name"], typed_roles(), typed["school"] or None)
    try:
        credential = open_account(book, signed_in().account, account)
    except AccountError as error:
        return _form_page({_FIELD_OF.get(error.code, "roles"): choose(error.wording)}, 422)
    card = sign_in_card(book, account.id, credential)
    return make_response(render_template("account/card.html", card=card, account=account, heading=ADDED))


def _form_page(errors: dict[str, str], status: int) -> Response:
    page = render_template(
        "account/add.html", errors=errors, typed=request.form, roles=role_choices(), chosen=typed_roles()
    )
    return make_response(page, status)
