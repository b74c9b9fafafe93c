"""A cookie that holds a secret of 256 bits, for this host alone (RFC 6265bis section 4.1.3, prefix `__Host-`)."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from flask import request
from werkzeug import Response

from schemas.base64url import encode_base64url
from schemas.randomness import RandomSource

SECRET_BYTES: Final = 32
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret(random: RandomSource) -> str:
    """Return 256 random bits as base64url."""
    return encode_base64url(random(SECRET_BYTES))


@dataclass(frozen=True, slots=True)
class SecretCookie:
    """The cookie `name`, or `__Host-<name>` where pages are served by https: then no other host can plant one.

    A `Lax` one comes along as well where another site's page leads here; a `Strict` one does not.
    """

    name: str
    is_secure: bool
    same_site: Literal["Strict", "Lax"] = "Strict"

    @property
    def full_name(self) -> str:
        """The name that the browser knows."""
        return f"__Host-{self.name}" if self.is_secure else self.name

    def find(self) -> str | None:
        """Return the secret that the request brings, or None where there is none in its one form."""
        text = request.cookies.get(self.full_name, "")
        return text if _SECRET.fullmatch(text) else None

    def give(self, response: Response, secret: str) -> None:
        """Hand the secret to the browser, until it is closed."""
        response.set_cookie(
            self.full_name, secret, httponly=True, samesite=self.same_site, secure=self.is_secure, path="/"
        )

    def take_back(self, response: Response) -> None:
        """Make the browser forget the secret."""
        response.delete_cookie(self.full_name, httponly=True, samesite=self.same_site, secure=self.is_secure, path="/")
