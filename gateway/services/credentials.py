"""Making and checking what an account's owner proves themselves with: a password and a one-time code.

The TOTP secret is sealed at rest under the gateway's storage key, with the account as associated data.
"""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Final

from gateway.domain.one_time_code import matching_step
from gateway.persistence.account_queries import Credential
from gateway.services.context import Gateway
from keys.crypto.errors import OpenError
from keys.crypto.password import STANDARD_PASSWORD_COST, hash_password, verify_password
from keys.crypto.sealing import open_at_rest, seal_at_rest
from keys.custody.key_ring import KeyKind
from schemas.randomness import RandomSource

TOTP_SECRET_BYTES: Final = 20  # RFC 4226 section 4, R6
ONE_TIME_LIFETIME: Final = timedelta(hours=72)
"""How long a password that was given by somebody else may wait for its first use."""
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike in print
_GROUPS: Final = 4
_GROUP_LETTERS: Final = 5


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What is handed to an account's owner once, and is kept nowhere in clear."""

    password: str = field(repr=False)
    totp_secret: str = field(repr=False)


def new_credential(random: RandomSource) -> NewCredential:
    """Return a one-time password of 99 bits and a TOTP secret of 160."""
    groups = ("".join(_letter(random) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
    return NewCredential("-".join(groups), base64.b32encode(random(TOTP_SECRET_BYTES)).decode("ascii"))


def keep_credential(gateway: Gateway, account_id: str, new: NewCredential) -> Credential:
    """Return what is kept of a new credential; its password must be replaced at the first sign-in."""
    key = gateway.keys.ring.current(KeyKind.STORAGE, gateway.now()).secret
    return Credential(
        password_hash=hash_password(new.password, STANDARD_PASSWORD_COST, gateway.random),
        password_set_at=gateway.seconds(),
        is_one_time=True,
        totp_secret=seal_at_rest(key, new.totp_secret.encode(), _use(account_id), gateway.random),
        totp_step=0,
    )


def is_right_password(gateway: Gateway, credential: Credential | None, password: str) -> bool:
    """Return whether this is the password; takes as long where there is no such account."""
    stored = _decoy() if credential is None else credential.password_hash
    is_right = verify_password(stored, password)
    return is_right and credential is not None and not _is_stale(gateway, credential)


def find_step(gateway: Gateway, account_id: str, credential: Credential | None, code: str) -> int | None:
    """Return the time step of a code that is right and was not used before, else None; as long without an account."""
    secret = "A" * 32 if credential is None else _open_secret(gateway, account_id, credential)
    step = matching_step(secret, code, gateway.now())
    return step if step is not None and credential is not None and step > credential.totp_step else None


def _open_secret(gateway: Gateway, account_id: str, credential: Credential) -> str:
    keys = gateway.keys.ring.accepted(KeyKind.STORAGE, gateway.now())
    for key in keys:
        try:
            return open_at_rest(key.secret, credential.totp_secret, _use(account_id)).decode("ascii")
        except OpenError:
            continue
    raise OpenError("no storage key in force opens the secret of this account")


def _is_stale(gateway: Gateway, credential: Credential) -> bool:
    age = gateway.seconds() - credential.password_set_at
    return credential.is_one_time and age >= ONE_TIME_LIFETIME.total_seconds()


def _letter(random: RandomSource) -> str:
    """Return one letter, each as likely: bytes beyond the last whole round are thrown away."""
    while (byte := random(1)[0]) >= len(_LETTERS) * (256 // len(_LETTERS)):
        pass
    return _LETTERS[byte % len(_LETTERS)]


def _use(account_id: str) -> bytes:
    return b"tongxin/totp/v1/" + account_id.encode()


@lru_cache(maxsize=1)
def _decoy() -> str:
    """Return a hash that no password has: that of a fixed word under a salt of zeros costs the same to check."""
    return hash_password("nobody", STANDARD_PASSWORD_COST, bytes)
