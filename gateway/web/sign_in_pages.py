"""Signing in, and the choice of language: the pages that need no session."""

from functools import partial

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from gateway.services.context import Gateway
from gateway.services.sign_in import Attempt, SignInRefusedError, sign_in
from gateway.services.sign_in_throttle import SignInLockedError
from gateway.web.caller import caller_address
from gateway.web.navigation import HOME
from gateway.web.sign_in_form import SignInForm, kept_fields, show_sign_in
from gateway.web.signed_in import requires_visitor, session_cookie
from hosting.web.addresses import local_address
from hosting.web.forgery import bind_forms
from hosting.web.language import Language, Text, switch_language
from hosting.web.secret_cookie import new_secret

WRONG = Text(
    "登录名、密码或动态码不正确。请核对后重新填写；动态码每 30 秒更换一次，每个只能用一次。",
    "The sign-in name, the password or the code is not right. Check them; the code changes every 30 seconds "
    "and each is accepted once.",
)
LOCKED = Text(
    "登录失败次数过多，已暂停 15 分钟。如不是您本人操作，请告知安全管理员。",
    "Signing in failed too often and is refused for 15 minutes. If that was not you, tell the security administrator.",
)


def sign_in_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("sign_in", __name__, url_prefix="/console", template_folder="templates")
    blueprint.add_url_rule("/sign-in", "show", _show, methods=["GET"])
    blueprint.add_url_rule("/sign-in", "send", partial(_send, gateway), methods=["POST"])
    blueprint.add_url_rule("/language/<name>", "language", partial(_language, gateway))
    return requires_visitor(blueprint, gateway)


def _show() -> Response:
    return show_sign_in(SignInForm(next=local_address(request.args.get("next")), is_over="over" in request.args))


def _send(gateway: Gateway) -> Response:
    typed = request.form
    attempt = Attempt(typed.get("account", ""), typed.get("password", ""), typed.get("code", ""), caller_address())
    form = SignInForm(next=local_address(typed.get("next")), account=attempt.account, kept=typed.get("kept", ""))
    token = new_secret(gateway.random)
    try:
        sign_in(gateway, attempt, token)
    except SignInRefusedError:
        return show_sign_in(form.failed(WRONG), 403)
    except SignInLockedError:
        return show_sign_in(form.failed(LOCKED), 429)
    bind_forms(token)
    response = _go_on(form)
    session_cookie(gateway).give(response, token)
    return response


def _go_on(form: SignInForm) -> Response:
    """Lead to the page that was asked for; a form that was sent when the session was over is offered again."""
    fields = kept_fields(form.kept)
    if form.next is None or not fields:
        return redirect(form.next or HOME, 303)
    return make_response(render_template("sign_in/resume.html", address=form.next, fields=fields))


def _language(gateway: Gateway, name: str) -> Response:
    if name not in set(Language):
        abort(404)
    return switch_language(Language(name), HOME, secure=session_cookie(gateway).is_secure)
