"""Who is signed in at a console, and the guards that run before its pages."""

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic

from flask import Blueprint, g, redirect, request, url_for
from werkzeug import Response

from hosting.accounts.book import A
from hosting.accounts.sessions import open_session
from hosting.web.addresses import this_address
from hosting.web.error_pages import NotPermittedError
from hosting.web.forgery import bind_forms, require_own_form
from hosting.web.secret_cookie import new_secret
from hosting.web.security import secure_pages
from hosting.web.sign_in_form import SignInForm, keep_form, show_sign_in
from hosting.web.site import Site

MAX_FORM_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class SignedIn(Generic[A]):
    """Who is signed in."""

    account: A

    def require(self, permission: StrEnum) -> None:
        """Let a page go on if the account may do this; raises NotPermittedError, which shows who may."""
        if not self.account.may(permission):
            raise NotPermittedError(permission)


def signed_in() -> SignedIn[Any]:
    """Return who is signed in; to be called in pages of a blueprint that one has to sign in for."""
    found: SignedIn[Any] = g.signed_in
    return found


def find_signed_in() -> SignedIn[Any] | None:
    """Return who is signed in, or None, on whatever page."""
    found: SignedIn[Any] | None = g.get("signed_in")
    return found


def requires_permission(
    blueprint: Blueprint, site: Site[A], permission: StrEnum, max_form_bytes: int = MAX_FORM_BYTES
) -> Blueprint:
    """Let nobody see a page of `blueprint` who is not signed in and may do what `permission` says.

    Gives the blueprint its security headers, its error pages and the check of its forms as well.
    """
    return _guard(blueprint, site, SignInGuard(site, permission, max_form_bytes))


def requires_account(blueprint: Blueprint, site: Site[A]) -> Blueprint:
    """Let everybody who is signed in see the pages of `blueprint`, with a one-time password too."""
    return _guard(blueprint, site, SignInGuard(site, None))


def requires_visitor(blueprint: Blueprint, site: Site[A]) -> Blueprint:
    """Let everybody see the pages of `blueprint`; their forms are bound to the visitor's browser."""
    guard = VisitorGuard(site)
    blueprint.after_request(guard.remember)
    return _guard(blueprint, site, guard)


class SignInGuard(Generic[A]):
    """Runs before each page of a blueprint: who is it, may they, and is the form our own?

    `permission` is None for pages of everybody who is signed in.
    """

    def __init__(self, site: Site[A], permission: StrEnum | None, max_form_bytes: int = MAX_FORM_BYTES) -> None:
        self._site = site
        self._max_form_bytes = max_form_bytes
        self.permission = permission

    @property
    def authentication(self) -> str:
        """What the list of routes says."""
        return f"signed in: {self.permission or 'anybody'}"

    def __call__(self) -> Response | None:
        """Admit the request by returning None, or answer it."""
        request.max_content_length = MAX_FORM_BYTES
        token = self._site.cookie.find()
        if token is None:
            return redirect(url_for("sign_in.show", next=this_address()), 303)
        bind_forms(token)
        session = open_session(self._site.book, token)
        if session is None:
            return self._ask_again()
        g.signed_in = SignedIn(session.account)
        if self.permission is not None:
            if session.is_one_time:
                return redirect(url_for("own_account.show_password"), 303)
            g.signed_in.require(self.permission)
        # Only now is a form read: nobody else may fill the memory with a file.
        request.max_content_length = self._max_form_bytes
        require_own_form()
        return None

    def _ask_again(self) -> Response:
        """Ask to sign in again; what was typed into a form goes along and is offered again afterwards, but no file."""
        if request.method != "POST" or (request.content_length or 0) > MAX_FORM_BYTES:
            return redirect(url_for("sign_in.show", next=this_address(), over=1), 303)
        require_own_form()
        form = SignInForm(next=this_address(), is_over=True, kept=keep_form(request.form))
        return show_sign_in(self._site, form, 403)


class VisitorGuard(Generic[A]):
    """Runs before each page that nobody has to sign in for."""

    def __init__(self, site: Site[A]) -> None:
        self._site = site

    authentication = "visitor"

    def __call__(self) -> None:
        """Bind the page's forms to the browser."""
        request.max_content_length = MAX_FORM_BYTES
        g.visitor_secret = self._site.cookie.find() or new_secret(os.urandom)
        bind_forms(g.visitor_secret)
        require_own_form()

    def remember(self, response: Response) -> Response:
        """Give the browser its secret, unless it has one or the page just gave or took it."""
        cookie = self._site.cookie
        if cookie.find() is None and not response.headers.getlist("Set-Cookie"):
            cookie.give(response, g.visitor_secret)
        return response


def _guard(blueprint: Blueprint, site: Site[A], guard: SignInGuard[A] | VisitorGuard[A]) -> Blueprint:
    blueprint.before_request(guard)
    site.errors.install(blueprint)
    return secure_pages(blueprint)
