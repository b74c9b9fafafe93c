"""Signing in with the identity provider: the way there, and the return.

A page leads there and on from the return, not a redirect: `form-action` of the form's page would hold for every host on
the way (CSP level 3), and a strict cookie does not come along where another site began the way (RFC 6265bis).
"""

import re
from functools import partial
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request, url_for

from hosting.accounts.book import A
from hosting.accounts.sign_in_throttle import SignInLockedError
from hosting.sign_on.client import ProviderUnreachableError
from hosting.sign_on.documents import ProviderAnswerError
from hosting.sign_on.faults import SignOnError, SignOnFault
from hosting.sign_on.sign_in import Arrival, Provider, begin_visit, finish_visit
from hosting.web.addresses import local_address, stand_at
from hosting.web.caller import caller_address
from hosting.web.forgery import bind_forms
from hosting.web.language import Text
from hosting.web.secret_cookie import new_secret
from hosting.web.sign_in_form import kept_fields
from hosting.web.sign_in_pages import LOCKED
from hosting.web.signed_in import requires_visitor
from hosting.web.site import Site

_PARAMETER: Final = re.compile(r"[!-~]{1,2000}")
_STATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
STATUSES: Final = {SignOnFault.UNREACHABLE: 503, SignOnFault.UNTRUSTED: 502}


def sign_on_pages(site: Site[A], provider: Provider) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("sign_on", __name__, url_prefix=f"{site.prefix}/sign-in/provider")
    blueprint.add_url_rule("", "begin", partial(_begin, site, provider), methods=["POST"])
    blueprint.add_url_rule("/return", "finish", partial(_finish, site, provider))
    blueprint.add_url_rule("/sign-out", "sign_out", partial(_sign_out, provider))
    return requires_visitor(blueprint, site)


def _begin(site: Site[A], provider: Provider) -> Response:
    stand_at(url_for("sign_in.show"))
    following, kept = local_address(request.form.get("next")), request.form.get("kept", "")
    try:
        departure = begin_visit(site.book, provider, site.visit_cookie.find(), following, kept)
    except SignOnError as error:
        return _refuse(error)
    response = make_response(render_template("sign_in/leave.html", address=departure.address))
    site.visit_cookie.give(response, departure.browser)
    return response


def _finish(site: Site[A], provider: Provider) -> Response:
    stand_at(url_for("sign_in.show"))
    token = new_secret(site.book.random)
    try:
        visit = finish_visit(site.book, provider, _arrival(site), token)
    except SignOnError as error:
        return _end(site, _refuse(error))
    except SignInLockedError:
        return _end(site, _page(LOCKED, 429))
    bind_forms(token)
    fields = kept_fields(visit.kept)
    if visit.next is not None and fields:
        page = render_template("sign_in/resume.html", address=visit.next, fields=fields)
    else:
        page = render_template("sign_in/arrived.html", address=visit.next or site.home)
    response = make_response(page)
    site.cookie.give(response, token)
    return _end(site, response)


def _end(site: Site[A], response: Response) -> Response:
    """Forget the visit, and nothing else: a strict cookie is there though it did not come along."""
    site.visit_cookie.take_back(response)
    return response


def _sign_out(provider: Provider) -> Response:
    """Lead to where one signs out of the provider (OpenID Connect RP-Initiated Logout 1.0), if it has such a place."""
    try:
        address = provider.client.metadata().end_session_endpoint
    except (ProviderUnreachableError, ProviderAnswerError):
        address = None
    if address is None:
        return _page(
            Text(
                "统一身份认证没有提供退出的地址。请关闭所有浏览器窗口。",
                "The identity provider names no place to sign out. Close all windows of the browser.",
            ),
            404,
        )
    return make_response(render_template("sign_in/leave.html", address=address))


def _arrival(site: Site[A]) -> Arrival:
    """Return what came back; raises SignOnError where a parameter is missing, malformed or there twice."""
    state, browser = _parameter("state"), site.visit_cookie.find()
    if state is None or browser is None or not _STATE.fullmatch(state):
        raise SignOnError(SignOnFault.OVER)
    code = None if _parameter("error") is not None else _parameter("code")
    return Arrival(state, code, _parameter("iss"), browser, caller_address())


def _parameter(name: str) -> str | None:
    found = request.args.getlist(name)
    if not found:
        return None
    if len(found) > 1 or not _PARAMETER.fullmatch(found[0]):
        raise SignOnError(SignOnFault.UNTRUSTED)
    return found[0]


def _refuse(error: SignOnError) -> Response:
    return _page(error.wording, STATUSES.get(SignOnFault(error.code), 403))


def _page(sentence: Text, status: int) -> Response:
    return make_response(render_template("sign_in/not_signed_in.html", sentence=sentence), status)
