"""What everybody may do with their own account: replace the password, sign out."""

from functools import partial

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from hosting.accounts.book import A
from hosting.accounts.own_password import replace_password
from hosting.accounts.password_rules import PasswordError, PasswordFault
from hosting.accounts.sessions import end_session
from hosting.accounts.sign_in_throttle import SignInLockedError
from hosting.sign_on.identities import find_identity
from hosting.web.caller import caller_address
from hosting.web.language import Text
from hosting.web.secret_cookie import new_secret
from hosting.web.sign_in_pages import LOCKED
from hosting.web.signed_in import requires_account, signed_in
from hosting.web.site import Site

_FIELDS = {PasswordFault.WRONG: "password", PasswordFault.UNEQUAL: "repeated_password"}


def own_account_pages(site: Site[A]) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("own_account", __name__, url_prefix=site.prefix)
    blueprint.add_url_rule("/password", "show_password", partial(_show_password, site), methods=["GET"])
    blueprint.add_url_rule("/password", "send_password", partial(_send_password, site), methods=["POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", partial(_sign_out, site), methods=["POST"])
    return requires_account(blueprint, site)


def _show_password(site: Site[A]) -> Response:
    if _is_linked(site):
        return make_response(render_template("account/linked.html"))
    return _password_page({}, 200)


def _send_password(site: Site[A]) -> AnyResponse:
    current, new = request.form.get("password", ""), request.form.get("new_password", "")
    if new != request.form.get("repeated_password", ""):
        return _refuse(PasswordError(PasswordFault.UNEQUAL))
    token = new_secret(site.book.random)
    try:
        replace_password(site.book, signed_in().account, current, new, caller_address(), token)
    except PasswordError as error:
        return _refuse(error)
    except SignInLockedError:
        return _password_page({"password": LOCKED}, 429)
    response = redirect(site.home, 303)
    site.cookie.give(response, token)
    return response


def _is_linked(site: Site[A]) -> bool:
    """Return whether one signs in with the identity provider, and has no password here."""
    if site.provider is None:
        return False
    with site.book.reading() as connection:
        return find_identity(connection, site.book.tables, signed_in().account.id) is not None


def _refuse(error: PasswordError) -> Response:
    fault = PasswordFault(error.code)
    return _password_page({_FIELDS.get(fault, "new_password"): error.wording}, 422)


def _password_page(errors: dict[str, Text], status: int) -> Response:
    return make_response(render_template("account/password.html", errors=errors, account=signed_in().account), status)


def _sign_out(site: Site[A]) -> AnyResponse:
    cookie = site.cookie
    if (token := cookie.find()) is not None:
        end_session(site.book, token)
    response = redirect(url_for("sign_in.show", out=1 if site.provider else None), 303)
    cookie.take_back(response)
    return response
