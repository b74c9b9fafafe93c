"""The bytes of a key file: a ring under Argon2id (RFC 9106) and XChaCha20-Poly1305-IETF, in canonical JSON.

    {"ciphertext": "…", "format": "tongxin-keys",
     "kdf": {"memlimit": 268435456, "name": "argon2id", "opslimit": 3, "salt": "…"},
     "nonce": "…", "version": 1}

Bytes are base64url. Everything but the ciphertext is its associated data, so no part can be exchanged.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError as SodiumError
from nacl.pwhash import argon2id

from keys.custody.errors import KeyFileError, WrongPassphraseError
from keys.custody.key_ring import KeyRing
from keys.custody.passphrase import encode_passphrase
from keys.custody.ring_format import format_ring, parse_ring
from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.randomness import RandomSource

FORMAT = "tongxin-keys"
VERSION = 1
KDF_NAME = "argon2id"
MAX_KEY_FILE_BYTES = 16 * 1024 * 1024
MAX_OPSLIMIT = 10
MAX_MEMLIMIT = 1024 * 1024 * 1024


@dataclass(frozen=True)
class KdfCost:
    """What one guess at a passphrase costs: passes over the memory, and the memory in bytes.

    Raises:
        KeyFileError: below what Argon2id needs, or so much that opening the file would be an attack.
    """

    opslimit: int
    memlimit: int

    def __post_init__(self) -> None:
        passes_are_sane = argon2id.OPSLIMIT_MIN <= self.opslimit <= MAX_OPSLIMIT
        memory_is_sane = argon2id.MEMLIMIT_MIN <= self.memlimit <= MAX_MEMLIMIT
        if not (passes_are_sane and memory_is_sane):
            raise KeyFileError("密钥派生的开销不合理。 The cost of the key derivation is out of bounds.")


STANDARD_KDF_COST = KdfCost(opslimit=3, memlimit=256 * 1024 * 1024)
"""libsodium's MODERATE: about half a second, once for each process that opens the file."""


@dataclass(frozen=True)
class FileKey:
    """The key of one file, made from a passphrase, with the salt and cost that it was made with."""

    salt: bytes
    cost: KdfCost
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class SealedRing:
    """A key file taken apart; nothing of it is verified yet."""

    salt: bytes
    cost: KdfCost
    nonce: bytes
    ciphertext: bytes


def derive_file_key(passphrase: str, salt: bytes, cost: KdfCost) -> FileKey:
    """Run Argon2id over the passphrase.

    Raises:
        KeyFileError: the machine has not the memory.
        PassphraseError: the passphrase is no valid text.
    """
    text = encode_passphrase(passphrase)
    size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES
    try:
        secret = argon2id.kdf(size, text, salt, opslimit=cost.opslimit, memlimit=cost.memlimit)
    except SodiumError:
        raise KeyFileError("内存不足，无法派生密钥。 There is not enough memory to derive the key.") from None
    return FileKey(salt, cost, secret)


def new_file_key(passphrase: str, cost: KdfCost, random: RandomSource) -> FileKey:
    """Return a key with a fresh salt."""
    return derive_file_key(passphrase, random(argon2id.SALTBYTES), cost)


def seal_ring(ring: KeyRing, key: FileKey, random: RandomSource) -> bytes:
    """Return the bytes of a key file; each has a fresh nonce of 24 random bytes.

    Raises:
        KeyFileError: the ring has grown larger than a key file may be, so that it could not be opened again.
    """
    nonce = random(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    associated = rfc8785.dumps(_header(key.salt, key.cost, nonce))
    ciphertext = crypto_aead_xchacha20poly1305_ietf_encrypt(format_ring(ring), associated, nonce, key.secret)
    data = _format(SealedRing(key.salt, key.cost, nonce, ciphertext))
    _check_size(data)
    return data


def parse_sealed_ring(data: bytes) -> SealedRing:
    """Take a key file apart.

    Raises:
        KeyFileError: too large, another format or version, a cost out of bounds, or not the canonical form.
    """
    _check_size(data)
    try:
        sealed = _parse(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Base64Error):
        raise KeyFileError("不是密钥文件，或版本不符。 This is no key file of this version.") from None
    # The text is rebuilt from what was understood: a format, version, member or type of another kind shows here.
    if _format(sealed) != data:
        raise KeyFileError("密钥文件不合规范形式。 The key file is not in its canonical form.")
    return sealed


def open_ring(sealed: SealedRing, key: FileKey) -> KeyRing:
    """Return the ring.

    Raises:
        WrongPassphraseError: the passphrase is another one, or a bit of the file was changed: nobody can tell.
        KeyFileError: it opens and holds no ring.
    """
    associated = rfc8785.dumps(_header(sealed.salt, sealed.cost, sealed.nonce))
    try:
        text = crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed.ciphertext, associated, sealed.nonce, key.secret
        )
    except SodiumError:
        raise WrongPassphraseError(
            "口令不对，或密钥文件已损坏。 The passphrase is wrong, or the key file is damaged."
        ) from None
    return parse_ring(text)


def _check_size(data: bytes) -> None:
    if len(data) > MAX_KEY_FILE_BYTES:
        raise KeyFileError("密钥文件过大。 The key file is too large.")


def _header(salt: bytes, cost: KdfCost, nonce: bytes) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "kdf": {
            "name": KDF_NAME,
            "opslimit": cost.opslimit,
            "memlimit": cost.memlimit,
            "salt": encode_base64url(salt),
        },
        "nonce": encode_base64url(nonce),
    }


def _format(sealed: SealedRing) -> bytes:
    header = _header(sealed.salt, sealed.cost, sealed.nonce)
    return rfc8785.dumps({**header, "ciphertext": encode_base64url(sealed.ciphertext)})


def _parse(members: dict[str, Any]) -> SealedRing:
    kdf = members["kdf"]
    if type(kdf["opslimit"]) is not int or type(kdf["memlimit"]) is not int:
        raise TypeError
    salt, nonce = decode_base64url(kdf["salt"]), decode_base64url(members["nonce"])
    if (len(salt), len(nonce)) != (argon2id.SALTBYTES, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES):
        raise ValueError
    cost = KdfCost(kdf["opslimit"], kdf["memlimit"])
    return SealedRing(salt, cost, nonce, decode_base64url(members["ciphertext"]))
