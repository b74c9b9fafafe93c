"""Signing in, and the choice of language: the pages that need no session."""

from functools import partial

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from hosting.accounts.book import A
from hosting.accounts.sign_in import Attempt, SignInRefusedError, sign_in
from hosting.accounts.sign_in_throttle import SignInLockedError
from hosting.web.addresses import local_address
from hosting.web.caller import caller_address
from hosting.web.forgery import bind_forms
from hosting.web.language import Language, Text, switch_language
from hosting.web.secret_cookie import new_secret
from hosting.web.sign_in_form import SignInForm, kept_fields, show_sign_in
from hosting.web.signed_in import requires_visitor
from hosting.web.site import Site

WRONG = Text(
    "登录名、密码或动态码不正确。请核对后重新填写；动态码每 30 秒更换一次，每个只能用一次。",
    "The sign-in name, the password or the code is not right. Check them; the code changes every 30 seconds "
    "and each is accepted once.",
)
LOCKED = Text(
    "登录失败次数过多，已暂停 15 分钟。如不是您本人操作，请告知安全管理员。",
    "Signing in failed too often and is refused for 15 minutes. If that was not you, tell the security administrator.",
)


def sign_in_pages(site: Site[A]) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("sign_in", __name__, url_prefix=site.prefix)
    blueprint.add_url_rule("/sign-in", "show", partial(_show, site), methods=["GET"])
    blueprint.add_url_rule("/sign-in", "send", partial(_send, site), methods=["POST"])
    blueprint.add_url_rule("/language/<name>", "language", partial(_language, site))
    return requires_visitor(blueprint, site)


def _show(site: Site[A]) -> Response:
    following = local_address(request.args.get("next"))
    form = SignInForm(next=following, is_over="over" in request.args, is_out="out" in request.args)
    return show_sign_in(site, form)


def _send(site: Site[A]) -> Response:
    typed = request.form
    attempt = Attempt(typed.get("account", ""), typed.get("password", ""), typed.get("code", ""), caller_address())
    form = SignInForm(next=local_address(typed.get("next")), account=attempt.account, kept=typed.get("kept", ""))
    token = new_secret(site.book.random)
    try:
        sign_in(site.book, attempt, token)
    except SignInRefusedError:
        return show_sign_in(site, form.failed(WRONG), 403)
    except SignInLockedError:
        return show_sign_in(site, form.failed(LOCKED), 429)
    bind_forms(token)
    response = _go_on(site, form)
    site.cookie.give(response, token)
    return response


def _go_on(site: Site[A], form: SignInForm) -> Response:
    """Lead to the page that was asked for; a form that was sent when the session was over is offered again."""
    fields = kept_fields(form.kept)
    if form.next is None or not fields:
        return redirect(form.next or site.home, 303)
    return make_response(render_template("sign_in/resume.html", address=form.next, fields=fields))


def _language(site: Site[A], name: str) -> Response:
    if name not in set(Language):
        abort(404)
    return switch_language(Language(name), site.home, secure=site.cookie.is_secure)
