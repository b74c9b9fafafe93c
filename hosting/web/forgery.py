"""Forms that only our own pages can send: a token bound to the browser's secret cookie, and the sender's origin.

The token is HMAC-SHA256 over a fixed text, keyed with the cookie: nothing has to be stored, and a token of one session
is worth nothing in another. Origin is checked besides (Fetch standard, Fetch Metadata).
"""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from flask import g, request

from schemas.base64url import encode_base64url

FORM_FIELD: Final = "form_token"
_USE: Final = b"tongxin/form/v1"
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ForgedFormError(Exception):
    """A form was not sent by one of our own pages in this browser."""


def bind_forms(secret: str) -> None:
    """Bind this request's forms to a secret that only this browser has: its session or visitor cookie."""
    g.form_secret = secret


def form_token() -> str:
    """Return the token that a form of this page carries; the Jinja global behind the macro `csrf`."""
    secret: str = g.form_secret
    return encode_base64url(hmac.new(secret.encode(), _USE, hashlib.sha256).digest())


def require_own_form() -> None:
    """Check the origin and the token of a request that changes something; lets those that only read pass.

    Raises:
        ForgedFormError: sent from elsewhere, or without this browser's token.
    """
    if request.method in _READING:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site not in {None, "same-origin"} or (origin is not None and urlsplit(origin).netloc != request.host):
        raise ForgedFormError("sent from elsewhere")
    if not hmac.compare_digest(request.form.get(FORM_FIELD, "").encode(), form_token().encode()):
        raise ForgedFormError("without this browser's token")
