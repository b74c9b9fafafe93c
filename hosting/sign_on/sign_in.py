"""Signing in with the identity provider: authorization code flow with PKCE, state, nonce and issuer.

OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207, RFC 9700. Every return that belongs to a visit of ours is
noted, whether it opens a session or not; one that belongs to none changes nothing and is not noted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import Connection

from hosting.accounts.account_queries import find_row
from hosting.accounts.book import A, AccountBook, AccountEvent, AccountEventKind, AccountRow, seconds
from hosting.accounts.sessions import LONGEST, begin_session_in
from hosting.accounts.sign_in_throttle import charge_address, forgive_address
from hosting.sign_on.client import ProviderClient, ProviderUnreachableError
from hosting.sign_on.documents import ProviderAnswerError
from hosting.sign_on.faults import SignOnError, SignOnFault
from hosting.sign_on.identities import MAX_SUBJECT_CHARACTERS, Identity, find_account
from hosting.sign_on.settings import ProviderSettings, read_client_secret, shows_second_factor
from hosting.sign_on.visits import OtherBrowserError, Visit, VisitOverError, add_visit, take_visit
from keys.protocol.id_token import Claims, ExpectedToken, IdTokenError, UnknownProviderKeyError, verify_id_token
from schemas.base64url import encode_base64url

SECRET_BYTES: Final = 32
RETURN_PATH: Final = "/provider/return"
"""Behind the address of the page to sign in at: where the provider sends people back to."""


@dataclass(frozen=True)
class Provider:
    """One program's identity provider: what was decided about it, and the way to it."""

    settings: ProviderSettings
    client: ProviderClient

    @classmethod
    def open(cls, settings: ProviderSettings, folder: Path, now: Callable[[], datetime]) -> "Provider":
        """Return the provider of the settings in `folder`; asks it nothing yet. Raises ProviderSettingsError."""
        return cls(settings, ProviderClient(settings, read_client_secret(folder, settings), now))


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and the secret that it alone holds until it comes back."""

    address: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came back from the provider: parameters of the address, the browser's secret, and the caller's address.

    `issuer` is None where the answer names none, `code` None where the provider declined.
    """

    state: str = field(repr=False)
    code: str | None = field(repr=False)
    issuer: str | None
    browser: str = field(repr=False)
    address: str = field(repr=False)


def begin_visit(
    book: AccountBook[A], provider: Provider, browser: str | None, following: str | None, kept: str
) -> Departure:
    """Return the way to the provider; `following` and `kept` are handed back at the return.

    `browser` is the secret of a browser that is on its way already in another window, else None.

    Raises:
        SignOnError: the provider can't be reached, or what it publishes is not to be believed.
    """
    try:
        endpoint = provider.client.metadata().authorization_endpoint
    except ProviderUnreachableError:
        raise SignOnError(SignOnFault.UNREACHABLE) from None
    except ProviderAnswerError:
        raise SignOnError(SignOnFault.UNTRUSTED) from None
    state, nonce, verifier, fresh = (encode_base64url(book.random(SECRET_BYTES)) for _ in range(4))
    browser = browser or fresh
    add_visit(book, state, browser, Visit(nonce, verifier, following, kept))
    settings, extra = provider.settings, {}
    if settings.second_factor and settings.second_factor_acr:
        extra["acr_values"] = " ".join(settings.second_factor_acr)
    address = prepare_grant_uri(
        endpoint,
        client_id=settings.client_id,
        response_type="code",
        redirect_uri=redirect_uri(book),
        scope=" ".join(("openid", *settings.scopes)),
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        max_age=str(int(LONGEST.total_seconds())),
        **extra,
    )
    return Departure(address, browser)


def finish_visit(book: AccountBook[A], provider: Provider, arrival: Arrival, token: str) -> Visit:
    """Begin a session for `token` if the provider says who came, and that person is bound to an account in use.

    Raises:
        SignOnError: nobody was signed in.
        SignInLockedError: too many returns from this address failed; nothing was looked at.
        Exception: what `commit` raises where it could not be noted; then nobody was signed in.
    """
    try:
        visit = take_visit(book, arrival.state, arrival.browser)
    except VisitOverError:
        raise SignOnError(SignOnFault.OVER) from None
    except OtherBrowserError:
        _note_failure(book, arrival, None, "other_browser")
        raise SignOnError(SignOnFault.OVER) from None
    # Not before: any page elsewhere could make browsers of the office return without a visit, and lock its address.
    charge_address(book, arrival.address)
    claims = _claims(book, provider, arrival, visit)
    _begin(book, provider, arrival, claims, token)
    forgive_address(book, arrival.address)
    return visit


def redirect_uri(book: AccountBook[A]) -> str:
    """Return the one address that the provider may send people back to."""
    return book.sign_in_address + RETURN_PATH


def _claims(book: AccountBook[A], provider: Provider, arrival: Arrival, visit: Visit) -> Claims:
    """Return what the provider says of the person; a failure is noted by its kind."""
    try:
        return _fetch_claims(book, provider, arrival, visit)
    except ProviderUnreachableError:
        _note_failure(book, arrival, None, "provider_unreachable")
        raise SignOnError(SignOnFault.UNREACHABLE) from None
    except (ProviderAnswerError, IdTokenError) as error:
        _note_failure(book, arrival, None, f"provider_{error.reason}")
        raise SignOnError(SignOnFault.UNTRUSTED) from None


def _fetch_claims(book: AccountBook[A], provider: Provider, arrival: Arrival, visit: Visit) -> Claims:
    settings, metadata = provider.settings, provider.client.metadata()
    is_named = arrival.issuer is not None or metadata.authorization_response_iss_parameter_supported
    if is_named and arrival.issuer != settings.issuer:
        raise ProviderAnswerError("mixed_up")  # RFC 9207 section 2.4
    if arrival.code is None:
        _note_failure(book, arrival, None, "provider_declined")
        raise SignOnError(SignOnFault.DECLINED)
    answer = provider.client.redeem(arrival.code, visit.verifier, redirect_uri(book))
    expected = ExpectedToken(settings.issuer, settings.client_id, visit.nonce, answer.access_token, LONGEST)
    try:
        return verify_id_token(answer.id_token, provider.client.keys(), expected, book.now())
    except UnknownProviderKeyError:
        return verify_id_token(answer.id_token, provider.client.keys(anew=True), expected, book.now())


def _begin(book: AccountBook[A], provider: Provider, arrival: Arrival, claims: Claims, token: str) -> None:
    identity = _identity(provider.settings, claims)
    with book.reading() as connection:
        row = _find_row(connection, book, identity)
    fault, reason = None, ""
    if row is None:
        fault, reason = SignOnFault.NO_ACCOUNT, "unknown_subject"
    elif row.is_disabled:
        fault, reason = SignOnFault.NO_ACCOUNT, "disabled_account"
    elif provider.settings.second_factor and not shows_second_factor(provider.settings, claims):
        fault, reason = SignOnFault.SECOND_FACTOR, "no_second_factor"
    if fault is not None or row is None:
        _note_failure(book, arrival, row, reason)
        raise SignOnError(fault or SignOnFault.NO_ACCOUNT)
    event = AccountEvent(AccountEventKind.SIGNED_IN, book.account_of(row), "provider", address=arrival.address)

    def change(connection: Connection) -> list[AccountEvent[A]]:
        # The account may have been changed, disabled or bound to somebody else since it was looked at.
        if _find_row(connection, book, identity) != row:
            raise SignOnError(SignOnFault.NO_ACCOUNT)
        begin_session_in(connection, book.tables, token, row.id, seconds(book))
        return [event]

    book.commit(change)


def _identity(settings: ProviderSettings, claims: Mapping[str, Any]) -> Identity:
    """Return who the claims speak of; a claim that is missing or no text names nobody."""
    subject = claims.get(settings.account_claim)
    is_text = isinstance(subject, str) and 0 < len(subject) <= MAX_SUBJECT_CHARACTERS
    return Identity(settings.issuer, subject if is_text and isinstance(subject, str) else "")


def _find_row(connection: Connection, book: AccountBook[A], identity: Identity) -> AccountRow | None:
    account_id = find_account(connection, book.tables, identity)
    return None if account_id is None else find_row(connection, book.tables, account_id)


def _note_failure(book: AccountBook[A], arrival: Arrival, row: AccountRow | None, reason: str) -> None:
    account = None if row is None else book.account_of(row)
    event = AccountEvent(AccountEventKind.SIGN_IN_FAILED, account, reason, address=arrival.address)
    book.commit(lambda _: [event])
