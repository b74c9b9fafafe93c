"""Sealing to a recipient's X25519 key (RFC 7748), and at rest under a storage key; both with XChaCha20-Poly1305.

    sealed to a recipient:  0x01 || ephemeral public key (32) || nonce (24) || ciphertext and tag
    sealed at rest:         0x01 || nonce (24) || ciphertext and tag

Keys come from BLAKE2b (RFC 7693): keyed with the secret, personalised with the use, over both public keys.
The associated data is authenticated and not carried: who opens must know it.
"""

import hashlib

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    crypto_scalarmult,
    crypto_scalarmult_base,
)
from nacl.exceptions import CryptoError as SodiumError

from keys.crypto.errors import InvalidInputError, OpenError
from schemas.randomness import RandomSource

KEY_BYTES = 32
MAX_PLAINTEXT_BYTES = 16 * 2**20
MAX_ASSOCIATED_DATA_BYTES = 64 * 2**10

_VERSION = b"\x01"
_NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES
_RECIPIENT_USE = b"tongxin/seal/v1"
_STORAGE_USE = b"tongxin/rest/v1"
_CANNOT_OPEN = "the sealed message can't be opened"


def opening_public_key(secret: bytes) -> bytes:
    """Return the 32-byte public key that others seal to, for a 32-byte secret.

    Raises:
        InvalidInputError: the secret is not 32 bytes.
    """
    _check_key(secret)
    return crypto_scalarmult_base(secret)


def seal(recipient_public_key: bytes, plaintext: bytes, associated_data: bytes, random: RandomSource) -> bytes:
    """Seal up to 16 MiB so that only the holder of the recipient's opening key can open it.

    Raises:
        InvalidInputError: the public key is not 32 bytes or of low order, or something is too long.
    """
    _check_key(recipient_public_key)
    _check_sizes(plaintext, associated_data)
    secret = random(KEY_BYTES)
    ephemeral = opening_public_key(secret)
    try:
        shared = crypto_scalarmult(secret, recipient_public_key)
    except SodiumError:
        raise InvalidInputError("the recipient's public key is of low order; nothing may be sealed to it") from None
    key = _derive_key(shared, _RECIPIENT_USE, ephemeral + recipient_public_key)
    return _VERSION + ephemeral + _encrypt(key, plaintext, associated_data, random)


def open_sealed(opening_key: bytes, sealed: bytes, associated_data: bytes) -> bytes:
    """Return the plaintext of what was sealed to this 32-byte secret with the same associated data.

    Raises:
        InvalidInputError: the opening key is not 32 bytes.
        OpenError: anything else; it never says what.
    """
    recipient = opening_public_key(opening_key)
    ephemeral, box = _split(sealed, KEY_BYTES, associated_data)
    try:
        shared = crypto_scalarmult(opening_key, ephemeral)
    except SodiumError:
        raise OpenError(_CANNOT_OPEN) from None
    return _decrypt(_derive_key(shared, _RECIPIENT_USE, ephemeral + recipient), box, associated_data)


def seal_at_rest(storage_key: bytes, plaintext: bytes, associated_data: bytes, random: RandomSource) -> bytes:
    """Seal up to 16 MiB under a 32-byte storage key.

    Raises:
        InvalidInputError: the storage key is not 32 bytes, or something is too long.
    """
    _check_key(storage_key)
    _check_sizes(plaintext, associated_data)
    return _VERSION + _encrypt(_derive_key(storage_key, _STORAGE_USE, b""), plaintext, associated_data, random)


def open_at_rest(storage_key: bytes, sealed: bytes, associated_data: bytes) -> bytes:
    """Return the plaintext of what was sealed at rest under this key with the same associated data.

    Raises:
        InvalidInputError: the storage key is not 32 bytes.
        OpenError: anything else; it never says what.
    """
    _check_key(storage_key)
    _, box = _split(sealed, 0, associated_data)
    return _decrypt(_derive_key(storage_key, _STORAGE_USE, b""), box, associated_data)


def _split(sealed: bytes, key_bytes: int, associated_data: bytes) -> tuple[bytes, bytes]:
    overhead = len(_VERSION) + key_bytes + _NONCE_BYTES + _TAG_BYTES
    fits = overhead <= len(sealed) <= overhead + MAX_PLAINTEXT_BYTES
    if not fits or len(associated_data) > MAX_ASSOCIATED_DATA_BYTES or not sealed.startswith(_VERSION):
        raise OpenError(_CANNOT_OPEN)
    box_start = len(_VERSION) + key_bytes
    return sealed[len(_VERSION) : box_start], sealed[box_start:]


def _derive_key(secret: bytes, use: bytes, public_keys: bytes) -> bytes:
    return hashlib.blake2b(public_keys, digest_size=KEY_BYTES, key=secret, person=use).digest()


def _encrypt(key: bytes, plaintext: bytes, associated_data: bytes, random: RandomSource) -> bytes:
    nonce = random(_NONCE_BYTES)
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated_data, nonce, key)


def _decrypt(key: bytes, box: bytes, associated_data: bytes) -> bytes:
    nonce, ciphertext = box[:_NONCE_BYTES], box[_NONCE_BYTES:]
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, associated_data, nonce, key)
    except SodiumError:
        raise OpenError(_CANNOT_OPEN) from None


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise InvalidInputError(f"a key is {KEY_BYTES} bytes, not {len(key)}")


def _check_sizes(plaintext: bytes, associated_data: bytes) -> None:
    if len(plaintext) > MAX_PLAINTEXT_BYTES:
        raise InvalidInputError(f"at most {MAX_PLAINTEXT_BYTES} bytes can be sealed, not {len(plaintext)}")
    if len(associated_data) > MAX_ASSOCIATED_DATA_BYTES:
        raise InvalidInputError(f"associated data has at most {MAX_ASSOCIATED_DATA_BYTES} bytes")
