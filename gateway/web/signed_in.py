"""Who is signed in at the console; page blueprints name the permission that their pages need."""

import os
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, g, redirect, request, url_for
from werkzeug import Response

from gateway.domain.account import Account
from gateway.domain.roles import Permission
from gateway.services.console_sessions import open_session
from gateway.services.context import Gateway
from gateway.web.error_pages import NotPermittedError, install_error_pages
from gateway.web.sign_in_form import SignInForm, keep_form, show_sign_in
from hosting.web.addresses import this_address
from hosting.web.forgery import bind_forms, require_own_form
from hosting.web.secret_cookie import SecretCookie, new_secret
from hosting.web.security import secure_pages

MAX_FORM_BYTES: Final = 256 * 1024
COOKIE_NAME: Final = "console_session"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in."""

    account: Account

    def require(self, permission: Permission) -> None:
        """Let a page go on if the account may do this; raises NotPermittedError, which shows who may."""
        if not self.account.may(permission):
            raise NotPermittedError(permission)


def signed_in() -> SignedIn:
    """Return who is signed in; to be called in pages of a blueprint that `requires_sign_in`."""
    found: SignedIn = g.signed_in
    return found


def find_signed_in() -> SignedIn | None:
    """Return who is signed in, or None, on whatever page."""
    found: SignedIn | None = g.get("signed_in")
    return found


def requires_sign_in(blueprint: Blueprint, gateway: Gateway, permission: Permission) -> Blueprint:
    """Let nobody see a page of `blueprint` who is not signed in and may do what `permission` says.

    Gives the blueprint its security headers, its error pages and the check of its forms as well.
    """
    return _guard(blueprint, SignInGuard(gateway, permission))


def requires_account(blueprint: Blueprint, gateway: Gateway) -> Blueprint:
    """Let everybody who is signed in see the pages of `blueprint`, with a one-time password too."""
    return _guard(blueprint, SignInGuard(gateway, None))


def requires_visitor(blueprint: Blueprint, gateway: Gateway) -> Blueprint:
    """Let everybody see the pages of `blueprint`; their forms are bound to the visitor's browser."""
    guard = VisitorGuard(gateway)
    blueprint.after_request(guard.remember)
    return _guard(blueprint, guard)


def session_cookie(gateway: Gateway) -> SecretCookie:
    """Return the cookie of sessions. Before anybody has signed in it binds the forms and opens nothing."""
    return SecretCookie(COOKIE_NAME, gateway.settings.url.startswith("https://"))


class SignInGuard:
    """Runs before each page of a blueprint: who is it, may they, and is the form our own?"""

    def __init__(self, gateway: Gateway, permission: Permission | None) -> None:
        self._gateway = gateway
        self._cookie = session_cookie(gateway)
        self._permission = permission

    @property
    def authentication(self) -> str:
        """What the list of routes says."""
        return f"signed in: {self._permission or 'anybody'}"

    def __call__(self) -> Response | None:
        """Admit the request by returning None, or answer it."""
        request.max_content_length = MAX_FORM_BYTES
        token = self._cookie.find()
        if token is None:
            return redirect(url_for("sign_in.show", next=this_address()), 303)
        bind_forms(token)
        require_own_form()
        session = open_session(self._gateway, token)
        if session is None:
            return self._ask_again()
        g.signed_in = SignedIn(session.account)
        if self._permission is None:
            return None
        if session.is_one_time:
            return redirect(url_for("own_account.show_password"), 303)
        g.signed_in.require(self._permission)
        return None

    def _ask_again(self) -> Response:
        """Ask to sign in again; what was typed into a form goes along and is offered again afterwards."""
        if request.method != "POST":
            return redirect(url_for("sign_in.show", next=this_address(), over=1), 303)
        return show_sign_in(SignInForm(next=this_address(), is_over=True, kept=keep_form(request.form)), 403)


class VisitorGuard:
    """Runs before each page that nobody has to sign in for."""

    def __init__(self, gateway: Gateway) -> None:
        self._cookie = session_cookie(gateway)

    authentication = "visitor"

    def __call__(self) -> None:
        """Bind the page's forms to the browser."""
        request.max_content_length = MAX_FORM_BYTES
        g.visitor_secret = self._cookie.find() or new_secret(os.urandom)
        bind_forms(g.visitor_secret)
        require_own_form()

    def remember(self, response: Response) -> Response:
        """Give the browser its secret, unless it has one or the page just gave or took it."""
        if self._cookie.find() is None and not response.headers.getlist("Set-Cookie"):
            self._cookie.give(response, g.visitor_secret)
        return response


def _guard(blueprint: Blueprint, guard: SignInGuard | VisitorGuard) -> Blueprint:
    blueprint.before_request(guard)
    install_error_pages(blueprint)
    return secure_pages(blueprint)
