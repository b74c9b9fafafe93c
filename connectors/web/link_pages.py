"""Binding an account to a person at the agency's identity provider, for the security administrator."""

from functools import partial

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.accounts.account_rules import AccountError
from hosting.accounts.accounts import StoredAccount, get_account
from hosting.sign_on.identities import Identity, IdentityError, link_account
from hosting.web.language import choose


def link_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("links", __name__, url_prefix=f"{PREFIX}/accounts/<account_id>/link")
    blueprint.add_url_rule("", "ask", partial(_ask, console), methods=["GET"])
    blueprint.add_url_rule("", "link", partial(_link, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.MANAGE_ACCOUNTS)


def _ask(console: Console, account_id: str) -> Response:
    return _page(console, account_id, "", {}, 200)


def _link(console: Console, account_id: str) -> AnyResponse:
    provider = console.connector.settings.identity_provider
    _get_or_404(console, account_id)
    if provider is None:
        abort(404)
    subject = request.form.get("subject", "")
    book, by = AgencyAccounts(console.connector), signed_in().account
    try:
        link_account(book, by, account_id, Identity(provider.issuer, subject))
    except IdentityError as error:
        return _page(console, account_id, subject, {"subject": choose(error.wording)}, 422)
    except AccountError as error:
        return _page(console, account_id, subject, {"subject": choose(error.wording)}, 409)
    return redirect(f"{PREFIX}/accounts/{account_id}?done=linked", 303)


def _page(console: Console, account_id: str, subject: str, errors: dict[str, str], status: int) -> Response:
    provider, stored = console.connector.settings.identity_provider, _get_or_404(console, account_id)
    if provider is None:
        abort(404)
    page = render_template("account/link.html", stored=stored, provider=provider, subject=subject, errors=errors)
    return make_response(page, status)


def _get_or_404(console: Console, account_id: str) -> StoredAccount[Account]:
    try:
        return get_account(AgencyAccounts(console.connector), account_id)
    except AccountError:
        abort(404)
