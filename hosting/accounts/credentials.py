"""Making and checking what an account's owner proves themselves with: a password and a one-time code.

The TOTP secret is sealed at rest under the program's storage key, with the account as associated data.
"""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Final

from hosting.accounts.account_queries import Credential
from hosting.accounts.book import A, AccountBook, seconds
from hosting.accounts.one_time_code import matching_step
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


def keep_credential(book: AccountBook[A], account_id: str, new: NewCredential) -> Credential:
    """Return what is kept of a new credential; its password must be replaced at the first sign-in."""
    key = book.ring.current(KeyKind.STORAGE, book.now()).secret
    return Credential(
        password_hash=hash_password(new.password, STANDARD_PASSWORD_COST, book.random),
        password_set_at=seconds(book),
        is_one_time=True,
        totp_secret=seal_at_rest(key, new.totp_secret.encode(), _use(account_id), book.random),
        totp_step=0,
    )


def is_right_password(book: AccountBook[A], credential: Credential | None, password: str) -> bool:
    """Return whether this is the password; takes as long where there is no such account."""
    stored = _decoy() if credential is None else credential.password_hash
    is_right = verify_password(stored, password)
    return is_right and credential is not None and not _is_stale(book, credential)


def find_step(book: AccountBook[A], account_id: str, credential: Credential | None, code: str) -> int | None:
    """Return the time step of a code that is right and was not used before, else None; as long without an account."""
    secret = "A" * 32 if credential is None else _open_secret(book, account_id, credential)
    step = matching_step(secret, code, book.now())
    return step if step is not None and credential is not None and step > credential.totp_step else None


def _open_secret(book: AccountBook[A], account_id: str, credential: Credential) -> str:
    keys = book.ring.accepted(KeyKind.STORAGE, book.now())
    for key in keys:
        try:
            return open_at_rest(key.secret, credential.totp_secret, _use(account_id)).decode("ascii")
        except OpenError:
            continue
    raise OpenError("no storage key in force opens the secret of this account")


def _is_stale(book: AccountBook[A], credential: Credential) -> bool:
    age = seconds(book) - credential.password_set_at
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
