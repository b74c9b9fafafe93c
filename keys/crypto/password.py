"""Passwords at rest: Argon2id (RFC 9106) as PHC strings, checked by libsodium; text is NFKC first (NIST SP 800-63B).

The cost is RFC 9106's second recommendation with one lane, well above the least that OWASP asks for (19 MiB, 2 passes).
"""

import re
import unicodedata
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from nacl.bindings import crypto_pwhash_alg, crypto_pwhash_ALG_ARGON2ID13, crypto_pwhash_str_verify
from nacl.exceptions import CryptoError as SodiumError

from keys.crypto.errors import InvalidInputError
from schemas.randomness import RandomSource

MAX_PASSWORD_CHARACTERS: Final = 128
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
_KIBIBYTE: Final = 1024
_PHC = re.compile(
    r"\$argon2id\$v=19\$m=([1-9][0-9]{0,7}),t=([1-9][0-9]{0,2}),p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}"
)


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What a guess costs: passes over the memory, and bytes of it."""

    passes: int
    memory_bytes: int


STANDARD_PASSWORD_COST: Final = PasswordCost(passes=3, memory_bytes=64 * 2**20)


def hash_password(password: str, cost: PasswordCost, random: RandomSource) -> str:
    """Return the PHC string of a password under a fresh salt of 16 bytes.

    Raises:
        InvalidInputError: no password, or more than `MAX_PASSWORD_CHARACTERS`.
    """
    salt = random(SALT_BYTES)
    key = crypto_pwhash_alg(
        HASH_BYTES, _bytes_of(password), salt, cost.passes, cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13
    )
    memory = cost.memory_bytes // _KIBIBYTE
    return f"$argon2id$v=19$m={memory},t={cost.passes},p=1${_unpadded(salt)}${_unpadded(key)}"


def verify_password(stored: str, password: str) -> bool:
    """Return whether `stored` (a PHC string) was made from this password, in a time that does not tell.

    Raises:
        InvalidInputError: `stored` is no PHC string of ours.
    """
    _cost_of(stored)
    try:
        return bool(crypto_pwhash_str_verify(stored.encode("ascii"), _bytes_of(password)))
    except (SodiumError, InvalidInputError):
        return False


def needs_rehash(stored: str, cost: PasswordCost) -> bool:
    """Return whether `stored` was made at another cost; raises InvalidInputError where it is no PHC string of ours."""
    return _cost_of(stored) != cost


def _cost_of(stored: str) -> PasswordCost:
    parts = _PHC.fullmatch(stored)
    if parts is None:
        raise InvalidInputError("not an Argon2id hash in the one accepted form")
    return PasswordCost(passes=int(parts[2]), memory_bytes=int(parts[1]) * _KIBIBYTE)


def _bytes_of(password: str) -> bytes:
    normalized = unicodedata.normalize("NFKC", password)
    if not 0 < len(password) <= MAX_PASSWORD_CHARACTERS or not normalized.isprintable():
        raise InvalidInputError(f"a password has 1 to {MAX_PASSWORD_CHARACTERS} printable characters")
    return normalized.encode()


def _unpadded(data: bytes) -> str:
    return b64encode(data).decode("ascii").rstrip("=")
