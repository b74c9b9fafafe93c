"""An identity provider as the tests need one: real HTTP on loopback, real keys, and lies to order.

It signs by itself, with no library of the code under test.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import Thread
from typing import Any
from urllib.parse import unquote_plus, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from flask import Flask, Response, redirect, request
from werkzeug.serving import make_server

CLIENT_ID = "tongxin-desk"
CLIENT_SECRET = "a secret: with % and + in it"
SUBJECT = "e7c1f0a2-person"
FLOOD_BYTES = 2**26


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int, size: int) -> str:
    return encode(value.to_bytes(size, "big"))


@dataclass(frozen=True)
class RsaKey:
    """An RSA key of the provider."""

    kid: str = "rsa-1"
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048), repr=False)
    alg: str = "RS256"

    def public(self) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        size = self.private.key_size // 8
        return {"kty": "RSA", "kid": self.kid, "use": "sig", "n": _number(numbers.n, size), "e": _number(numbers.e, 3)}

    def sign(self, data: bytes) -> bytes:
        if self.alg == "PS256":
            return self.private.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())


@dataclass(frozen=True)
class EcKey:
    """A P-256 key of the provider."""

    kid: str = "ec-1"
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )
    alg: str = "ES256"

    def public(self) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        point = {"x": _number(numbers.x, 32), "y": _number(numbers.y, 32)}
        return {"kty": "EC", "crv": "P-256", "kid": self.kid, **point}

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


Key = RsaKey | EcKey


@cache
def _usual_key() -> RsaKey:
    """Return the key that a provider has where a test wants no other: making one costs more than many a test."""
    return RsaKey()


def make_token(key: Key, claims: Mapping[str, Any], **header: Any) -> str:
    """Return a JWS in compact form (RFC 7515)."""
    members = {"alg": key.alg, "kid": key.kid, **header}
    text = ".".join(
        encode(json.dumps(part).encode()) for part in ({k: v for k, v in members.items() if v is not None}, claims)
    )
    return f"{text}.{encode(key.sign(text.encode()))}"


def access_token_hash(token: str) -> str:
    """Return `at_hash` (OpenID Connect Core 1.0 section 3.1.3.6)."""
    return encode(hashlib.sha256(token.encode()).digest()[:16])


@dataclass
class IdentityProvider:
    """What the provider says; tests change it. `claims` and `headers` override, None takes a member away.

    `forge` makes the ID token in its place; `bodies` are answered word for word below a path.
    """

    url: str = ""
    keys: list[Key] = field(default_factory=lambda: [_usual_key()])
    published: list[dict[str, Any]] | None = None
    person: dict[str, Any] = field(default_factory=lambda: {"sub": SUBJECT, "amr": ["pwd", "otp", "mfa"]})
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    returned: dict[str, Any] = field(default_factory=dict)
    bodies: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    forge: Callable[[dict[str, Any]], str] | None = None
    asks_person: bool = False
    flooded: str | None = None
    """A path below which blanks are sent, `FLOOD_BYTES` of them, as long as somebody takes them."""
    sent_bytes: int = 0
    clock: Callable[[], float] = time.time
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    def describe(self) -> dict[str, Any]:
        described = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/sign-out",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }
        return {name: value for name, value in described.items() if value is not None}

    def authorize(self, asked: Mapping[str, str]) -> str:
        """Return where the browser is sent back to."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = dict(asked)
        answer = {"code": code, "state": asked["state"], "iss": self.url, **self.returned}
        query = urlencode({name: value for name, value in answer.items() if value is not None})
        return f"{asked['redirect_uri']}?{query}"

    def redeem(self, form: Mapping[str, str], authorization: tuple[str, str]) -> dict[str, str] | None:
        """Return the tokens, None where the code or what comes with it is not right."""
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or authorization != (CLIENT_ID, CLIENT_SECRET)
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != asked["redirect_uri"]
            or (asked["code_challenge_method"], asked["code_challenge"]) != ("S256", challenge)
        ):
            return None
        access_token = secrets.token_urlsafe(16)
        now = int(self.clock())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "auth_time": now - 60,
            "nonce": asked["nonce"],
            "at_hash": access_token_hash(access_token),
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = self.forge(claims) if self.forge else make_token(self.keys[0], claims, **self.header)
        return {"id_token": token, "access_token": access_token, "token_type": "Bearer"}


def _flood(provider: IdentityProvider) -> Iterator[bytes]:
    while provider.sent_bytes < FLOOD_BYTES:
        provider.sent_bytes += 2**16
        yield b" " * 2**16


def _app(provider: IdentityProvider) -> Flask:
    app = Flask("identity-provider")

    @app.before_request
    def note() -> Response | None:
        provider.asked.append(request.path)
        if request.path == provider.flooded:
            return Response(_flood(provider), content_type="application/json")
        body = provider.bodies.get(request.path)
        return None if body is None else Response(body[1], body[0], content_type="application/json")

    @app.get("/.well-known/openid-configuration")
    def describe() -> dict[str, Any]:
        return provider.describe()

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [key.public() for key in provider.keys] if provider.published is None else provider.published}

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> object:
        if provider.asks_person and request.method == "GET":
            return "<!doctype html><title>IdP</title><form method=post><button>我是我 / It is me</button></form>"
        return redirect(provider.authorize(request.args), 303)

    @app.post("/token")
    def token() -> object:
        found = request.authorization
        if found is not None:
            known = (unquote_plus(found.username or ""), unquote_plus(found.password or ""))
        else:
            known = (request.form.get("client_id", ""), request.form.get("client_secret", ""))
        answer = provider.redeem(request.form, known)
        return ({"error": "invalid_grant"}, 400) if answer is None else answer

    @app.get("/sign-out")
    def sign_out() -> str:
        return "<!doctype html><title>IdP</title><p id=out>signed out</p>"

    return app


@contextmanager
def served_provider() -> Iterator[IdentityProvider]:
    """Serve a provider on a free port of this machine."""
    provider = IdentityProvider()
    server = make_server("127.0.0.1", 0, _app(provider), threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)  # how often it looks for its end
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
