"""What everybody may do with their own account: replace the password, sign out."""

from functools import partial

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from gateway.domain.password_rules import PasswordError, PasswordFault
from gateway.services.console_sessions import end_session
from gateway.services.context import Gateway
from gateway.services.own_password import replace_password
from gateway.services.sign_in_throttle import SignInLockedError
from gateway.web.caller import caller_address
from gateway.web.navigation import HOME
from gateway.web.sign_in_pages import LOCKED
from gateway.web.signed_in import requires_account, session_cookie, signed_in
from hosting.web.language import Text
from hosting.web.secret_cookie import new_secret

_FIELDS = {PasswordFault.WRONG: "password", PasswordFault.UNEQUAL: "repeated_password"}


def own_account_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("own_account", __name__, url_prefix="/console")
    blueprint.add_url_rule("/password", "show_password", _show_password, methods=["GET"])
    blueprint.add_url_rule("/password", "send_password", partial(_send_password, gateway), methods=["POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", partial(_sign_out, gateway), methods=["POST"])
    return requires_account(blueprint, gateway)


def _show_password() -> Response:
    return _password_page({}, 200)


def _send_password(gateway: Gateway) -> AnyResponse:
    current, new = request.form.get("password", ""), request.form.get("new_password", "")
    if new != request.form.get("repeated_password", ""):
        return _refuse(PasswordError(PasswordFault.UNEQUAL))
    token = new_secret(gateway.random)
    try:
        replace_password(gateway, signed_in().account, current, new, caller_address(), token)
    except PasswordError as error:
        return _refuse(error)
    except SignInLockedError:
        return _password_page({"password": LOCKED}, 429)
    response = redirect(HOME, 303)
    session_cookie(gateway).give(response, token)
    return response


def _refuse(error: PasswordError) -> Response:
    fault = PasswordFault(error.code)
    return _password_page({_FIELDS.get(fault, "new_password"): error.wording}, 422)


def _password_page(errors: dict[str, Text], status: int) -> Response:
    account = signed_in().account
    return make_response(render_template("account/password.html", errors=errors, account=account), status)


def _sign_out(gateway: Gateway) -> AnyResponse:
    cookie = session_cookie(gateway)
    if (token := cookie.find()) is not None:
        end_session(gateway, token)
    response = redirect("/console/sign-in", 303)
    cookie.take_back(response)
    return response
