"""The way to an identity provider: its description, its keys, and a code for tokens. Small answers, no redirects."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from hosting.certificates import trusted_authorities
from hosting.sign_on.documents import (
    MAX_DOCUMENT_BYTES,
    ProviderAnswerError,
    ProviderMetadata,
    TokenAnswer,
    read_keys,
    read_metadata,
    read_token_answer,
)
from hosting.sign_on.settings import ProviderSettings
from keys.protocol.id_token import ProviderKey

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
METADATA_LIFETIME: Final = timedelta(hours=1)
KEYS_LIFETIME: Final = timedelta(minutes=10)
KEYS_REST: Final = timedelta(minutes=1)
"""How long keys are not asked for anew, however many tokens name unknown ones."""
TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
LONGEST_SECONDS: Final = 15.0
_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}
_FORM: Final = "application/x-www-form-urlencoded"

T = TypeVar("T")


class ProviderUnreachableError(Exception):
    """The provider gave no complete answer."""


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    """Something that was fetched, and when."""

    value: T
    at: datetime


class ProviderClient:
    """One process's way to one provider; `now` is the clock by which documents grow old."""

    def __init__(self, settings: ProviderSettings, secret: str, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._secret = secret
        self._now = now
        self._http = httpx.Client(verify=trusted_authorities(), timeout=TIMEOUT, headers=_HEADERS)
        self._lock = Lock()
        self._metadata: _Kept[ProviderMetadata] | None = None
        self._keys: _Kept[tuple[ProviderKey, ...]] | None = None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def metadata(self) -> ProviderMetadata:
        """Return the provider's description, an hour old at most.

        Raises:
            ProviderUnreachableError, ProviderAnswerError: there is none to be believed.
        """
        with self._lock:
            kept, now = self._metadata, self._now()
            if kept is None or now - kept.at >= METADATA_LIFETIME:
                data = self._fetch("GET", self._settings.issuer.rstrip("/") + DISCOVERY_PATH)
                self._metadata = kept = _Kept(read_metadata(data, self._settings.issuer), now)
            return kept.value

    def keys(self, *, anew: bool = False) -> tuple[ProviderKey, ...]:
        """Return the provider's keys, ten minutes old at most; `anew` when one is missing. Raises as `metadata`."""
        address = self.metadata().jwks_uri
        with self._lock:
            kept, now = self._keys, self._now()
            if kept is None or now - kept.at >= (KEYS_REST if anew else KEYS_LIFETIME):
                self._keys = kept = _Kept(read_keys(self._fetch("GET", address)), now)
            return kept.value

    def redeem(self, code: str, verifier: str, redirect_uri: str) -> TokenAnswer:
        """Return the tokens for a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5). Raises as `metadata`."""
        metadata = self.metadata()
        body = prepare_token_request("authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier)
        proof = self._proof(metadata.authentication_method)
        address, headers, body = proof.prepare("POST", metadata.token_endpoint, {"Content-Type": _FORM}, body)
        return read_token_answer(self._fetch("POST", address, headers, body))

    def _proof(self, method: str) -> ClientAuth:
        """Return how this program proves itself; a header takes name and secret encoded (RFC 6749 section 2.3.1)."""
        known = (self._settings.client_id, self._secret)
        name, secret = map(quote_plus, known) if method == "client_secret_basic" else known
        return ClientAuth(name, secret, method)

    def _fetch(self, method: str, address: str, headers: Mapping[str, str] | None = None, body: str = "") -> bytes:
        deadline = time.monotonic() + LONGEST_SECONDS
        try:
            with self._http.stream(method, address, headers=headers, content=body.encode()) as response:
                if response.status_code >= 500:
                    raise ProviderUnreachableError
                if response.status_code != 200:
                    raise ProviderAnswerError("status")
                return _read_limited(response, deadline)
        except httpx.HTTPError:
            raise ProviderUnreachableError from None


def _read_limited(response: httpx.Response, deadline: float) -> bytes:
    found = bytearray()
    for part in response.iter_raw():
        found += part
        if len(found) > MAX_DOCUMENT_BYTES:
            raise ProviderAnswerError("too_large")
        if time.monotonic() > deadline:
            raise ProviderUnreachableError
    return bytes(found)
