"""Signing in at the console: password and one-time code together, counted, logged, and alike whatever was wrong."""

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection

from gateway.log.events import Actor, Event, EventType, PersonalField
from gateway.log.journal import Draft
from gateway.persistence.account_queries import (
    Credential,
    StoredAccount,
    find_account,
    find_credential,
    replace_credential,
)
from gateway.persistence.engine import read_transaction
from gateway.services.console_events import CONSOLE_CLIENT
from gateway.services.console_sessions import begin_session_in
from gateway.services.context import Gateway
from gateway.services.credentials import find_step, is_right_password
from gateway.services.sign_in_throttle import charge_attempt, forgive_attempt
from keys.crypto.password import STANDARD_PASSWORD_COST, hash_password, needs_rehash

MAX_TYPED_CHARACTERS: Final = 200


class SignInRefusedError(Exception):
    """Signing in failed; it never says by what."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed, and from which address."""

    account: str = field(repr=False)
    password: str = field(repr=False)
    code: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Checked:
    """Whose account it is, and what was wrong with the attempt (None for nothing)."""

    stored: StoredAccount | None
    credential: Credential | None
    step: int
    fault: str | None


def sign_in(gateway: Gateway, attempt: Attempt, token: str) -> None:
    """Begin a session for `token` (`hosting.web.secret_cookie.new_secret`), if all that was typed is right.

    Raises:
        SignInLockedError: it failed too often; nothing was looked at.
        SignInRefusedError: something is wrong, or the account is disabled.
        AuditUnavailableError: it could not be logged, so nobody was signed in.
    """
    account_id = _typed(attempt.account)
    is_last = charge_attempt(gateway, account_id, attempt.address)
    checked = _check(gateway, account_id, attempt)
    try:
        _begin(gateway, attempt, token, checked)
    except SignInRefusedError:
        _log_failure(gateway, attempt, checked.stored, "locked" if is_last else checked.fault or "overtaken")
        raise
    forgive_attempt(gateway, account_id, attempt.address)


def _check(gateway: Gateway, account_id: str, attempt: Attempt) -> _Checked:
    """Look at everything before judging anything: whatever is wrong, it takes about as long."""
    with read_transaction(gateway.engine) as connection:
        stored = find_account(connection, account_id)
        credential = find_credential(connection, account_id)
    is_right = is_right_password(gateway, credential, attempt.password)
    step = find_step(gateway, account_id, credential, attempt.code)
    fault = None
    if stored is None:
        fault = "unknown_account"
    elif stored.is_disabled:
        fault = "disabled_account"
    elif not is_right:
        fault = "wrong_password"
    elif step is None:
        fault = "wrong_code"
    return _Checked(stored, credential, step or 0, fault)


def _begin(gateway: Gateway, attempt: Attempt, token: str, checked: _Checked) -> None:
    stored, credential = checked.stored, checked.credential
    if checked.fault is not None or stored is None or credential is None:
        raise SignInRefusedError
    account_id = stored.account.id
    kept = replace(credential, totp_step=checked.step)
    if needs_rehash(credential.password_hash, STANDARD_PASSWORD_COST):
        kept = replace(kept, password_hash=hash_password(attempt.password, STANDARD_PASSWORD_COST, gateway.random))

    def change(connection: Connection) -> Draft[None]:
        # The code may have been used, the account changed or disabled, since they were looked at.
        if (find_account(connection, account_id), find_credential(connection, account_id)) != (stored, credential):
            raise SignInRefusedError
        replace_credential(connection, account_id, kept)
        begin_session_in(connection, token, account_id, gateway.seconds())
        return Draft(None, (_event(gateway, EventType.AUTH_SUCCEED, attempt, stored, None),))

    gateway.journal.write(change)


def _log_failure(gateway: Gateway, attempt: Attempt, stored: StoredAccount | None, reason: str) -> None:
    event = _event(gateway, EventType.AUTH_FAIL, attempt, stored, reason)
    gateway.journal.write(lambda _: Draft(None, (event,)))


def _event(
    gateway: Gateway, event_type: EventType, attempt: Attempt, stored: StoredAccount | None, reason: str | None
) -> Event:
    """Return the event; the name of an account that does not exist stays out of it: it may be a mistyped password."""
    personal = {PersonalField.IP: attempt.address}
    if stored is not None:
        personal[PersonalField.ACCOUNT] = stored.account.id
    org = gateway.id if stored is None else stored.account.agency or gateway.id
    return Event(type=event_type, actor=Actor(org=org, client=CONSOLE_CLIENT), reason=reason, personal=personal)


def _typed(account: str) -> str:
    return unicodedata.normalize("NFKC", account).strip().casefold()[:MAX_TYPED_CHARACTERS]
