"""Round trips, the documented layout by other libraries, and a refusal for every change."""

import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt

from keys.crypto import sealing
from keys.crypto.errors import InvalidInputError, OpenError
from schemas.randomness import RandomSource

SECRET = bytes(range(32))
CONTEXT = b"agreement digest / request digest"
# The points of small order on Curve25519 (RFC 7748 section 6.1 demands the check).
LOW_ORDER = [
    "00" * 32,
    "01" + "00" * 31,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
]


@given(plaintext=st.binary(max_size=300), context=st.binary(max_size=50), secret=st.binary(min_size=32, max_size=32))
def test_what_is_sealed_opens(plaintext: bytes, context: bytes, secret: bytes) -> None:
    sealed = sealing.seal(sealing.opening_public_key(secret), plaintext, context, lambda count: b"\x07" * count)
    assert sealing.open_sealed(secret, sealed, context) == plaintext
    at_rest = sealing.seal_at_rest(secret, plaintext, context, lambda count: b"\x09" * count)
    assert sealing.open_at_rest(secret, at_rest, context) == plaintext


def test_public_key_is_x25519() -> None:
    expected = X25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
    assert sealing.opening_public_key(SECRET) == expected


def test_layout_is_the_documented_one(random: RandomSource) -> None:
    recipient = sealing.opening_public_key(SECRET)
    sealed = sealing.seal(recipient, b"answer", CONTEXT, random)
    version, ephemeral, nonce, ciphertext = sealed[:1], sealed[1:33], sealed[33:57], sealed[57:]
    shared = X25519PrivateKey.from_private_bytes(SECRET).exchange(X25519PublicKey.from_public_bytes(ephemeral))
    key = hashlib.blake2b(ephemeral + recipient, digest_size=32, key=shared, person=b"tongxin/seal/v1").digest()
    assert version == b"\x01"
    assert crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, CONTEXT, nonce, key) == b"answer"


def test_every_changed_byte_is_refused(random: RandomSource) -> None:
    sealed = sealing.seal(sealing.opening_public_key(SECRET), b"answer", CONTEXT, random)
    at_rest = sealing.seal_at_rest(SECRET, b"answer", CONTEXT, random)
    for good, open_again in ((sealed, sealing.open_sealed), (at_rest, sealing.open_at_rest)):
        for position in range(len(good)):
            changed = good[:position] + bytes([good[position] ^ 0x80]) + good[position + 1 :]
            _refused(open_again, SECRET, changed, CONTEXT)
        for wrong in (b"", good[:20], good[:-1], good + b"\x00"):
            _refused(open_again, SECRET, wrong, CONTEXT)
        _refused(open_again, SECRET, good, CONTEXT + b".")
        _refused(open_again, bytes(31) + b"\x40", good, CONTEXT)


def _refused(open_again: Callable[[bytes, bytes, bytes], bytes], secret: bytes, sealed: bytes, context: bytes) -> None:
    with pytest.raises(OpenError, match=r"^the sealed message can't be opened$") as caught:
        open_again(secret, sealed, context)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("point", LOW_ORDER)
def test_low_order_points_are_refused(point: str, random: RandomSource) -> None:
    with pytest.raises(InvalidInputError, match="low order"):
        sealing.seal(bytes.fromhex(point), b"answer", CONTEXT, random)
    sealed = sealing.seal(sealing.opening_public_key(SECRET), b"answer", CONTEXT, random)
    _refused(sealing.open_sealed, SECRET, sealed[:1] + bytes.fromhex(point) + sealed[33:], CONTEXT)


def test_two_seals_of_one_text_share_nothing(random: RandomSource) -> None:
    recipient = sealing.opening_public_key(SECRET)
    first, second = (sealing.seal(recipient, b"answer", CONTEXT, random) for _ in range(2))
    assert first[1:33] != second[1:33]
    assert first[33:57] != second[33:57]
    assert first[57:] != second[57:]


def test_one_secret_for_both_uses_gives_different_keys(random: RandomSource) -> None:
    at_rest = sealing.seal_at_rest(SECRET, b"answer", CONTEXT, random)
    with pytest.raises(OpenError):
        sealing.open_sealed(SECRET, at_rest[:1] + sealing.opening_public_key(SECRET) + at_rest[1:], CONTEXT)


def test_sizes_are_limited(random: RandomSource) -> None:
    recipient = sealing.opening_public_key(SECRET)
    too_much, too_wide = bytes(sealing.MAX_PLAINTEXT_BYTES + 1), bytes(sealing.MAX_ASSOCIATED_DATA_BYTES + 1)
    for plaintext, context in ((too_much, b""), (b"", too_wide)):
        with pytest.raises(InvalidInputError):
            sealing.seal(recipient, plaintext, context, random)
        with pytest.raises(InvalidInputError):
            sealing.seal_at_rest(SECRET, plaintext, context, random)
    _refused(sealing.open_sealed, SECRET, b"\x01" + too_much + bytes(72), b"")
    _refused(sealing.open_at_rest, SECRET, b"\x01" + too_much + bytes(40), b"")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_of_another_size_are_refused(length: int, random: RandomSource) -> None:
    key = bytes(length)
    calls: tuple[Callable[[], bytes], ...] = (
        lambda: sealing.opening_public_key(key),
        lambda: sealing.seal(key, b"", b"", random),
        lambda: sealing.open_sealed(key, b"", b""),
        lambda: sealing.seal_at_rest(key, b"", b"", random),
        lambda: sealing.open_at_rest(key, b"", b""),
    )
    for call in calls:
        with pytest.raises(InvalidInputError):
            call()
