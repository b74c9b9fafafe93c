"""New keys: the right kinds, ids that name the public half, and two halves of an evaluation key."""

import hashlib
import random as seeded
from datetime import UTC, datetime

import pytest
from nacl.public import PrivateKey
from nacl.signing import SigningKey as Ed25519SigningKey

from keys.crypto.signing import SigningKey
from keys.custody.agreement_seed import derive_agreement_seed
from keys.custody.errors import DuplicateKeyError, KeyRecordError, MissingKeyError
from keys.custody.key_ring import KeyKind, KeyRing, KeyState
from keys.custody.new_keys import create_connector_ring, create_gateway_ring, new_agreement_salt, new_key
from schemas.base64url import decode_base64url, encode_base64url

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DIGEST = encode_base64url(bytes(32))


def source(seed=1):
    return seeded.Random(seed).randbytes


def sha256(data: bytes) -> str:
    return encode_base64url(hashlib.sha256(data).digest())


@pytest.mark.parametrize(
    ("create", "kinds"),
    [
        (create_connector_ring, {"signing", "opening", "evaluation_seed", "storage", "witness"}),
        (create_gateway_ring, {"signing", "log", "storage"}),
    ],
)
def test_first_ring_has_one_working_key_of_each_kind(create, kinds):
    ring = create(NOW, source())
    assert {record.kind.value for record in ring.records} == kinds
    assert len(ring.records) == len(kinds) == len({record.secret for record in ring.records})
    for kind in kinds:
        assert ring.current(KeyKind(kind), NOW).created_at == NOW


def test_a_ring_is_a_function_of_its_randomness():
    assert create_connector_ring(NOW, source(1)) == create_connector_ring(NOW, source(1))
    assert create_connector_ring(NOW, source(1)) != create_connector_ring(NOW, source(2))


def test_randomness_that_repeats_is_noticed():
    with pytest.raises(DuplicateKeyError, match="randomness repeats"):
        create_connector_ring(NOW, lambda size: b"\x01" * size)


def test_signing_key_id_is_the_thumbprint():
    record = new_key(KeyKind.SIGNING, NOW, source())
    assert record.key_id == SigningKey.from_secret(record.secret).verification_key.key_id


def test_opening_key_id_is_the_digest_of_the_x25519_public_key():
    record = new_key(KeyKind.OPENING, NOW, source())
    assert record.key_id == sha256(bytes(PrivateKey(record.secret).public_key))


@pytest.mark.parametrize("kind", [KeyKind.LOG, KeyKind.WITNESS])
def test_log_and_witness_key_id_is_the_digest_of_the_ed25519_public_key(kind):
    record = new_key(kind, NOW, source())
    assert record.key_id == sha256(bytes(Ed25519SigningKey(record.secret).verify_key))


@pytest.mark.parametrize("kind", [KeyKind.EVALUATION_SEED, KeyKind.STORAGE])
def test_keys_without_a_public_half_have_a_random_id_that_says_nothing_of_the_secret(kind):
    drawn = []

    def recording(size: int) -> bytes:
        drawn.append(seeded.Random(len(drawn)).randbytes(size))
        return drawn[-1]

    record = new_key(kind, NOW, recording)
    assert [record.secret, decode_base64url(record.key_id)] == drawn
    assert [len(part) for part in drawn] == [32, 16]


def test_a_key_may_wait_to_be_activated():
    record = new_key(KeyKind.SIGNING, NOW, source(), state=KeyState.PRE_ACTIVATION)
    ring = KeyRing((record,))
    with pytest.raises(MissingKeyError):
        ring.current(KeyKind.SIGNING, NOW)
    assert ring.activate(record.key_id, NOW).current(KeyKind.SIGNING, NOW).secret == record.secret


def test_a_salt_belongs_to_one_agreement_and_epoch():
    ring = KeyRing((new_agreement_salt(DIGEST, 3, NOW, source()),))
    assert ring.current(KeyKind.AGREEMENT_SALT, NOW, f"{DIGEST}/3")
    with pytest.raises(MissingKeyError):
        ring.current(KeyKind.AGREEMENT_SALT, NOW, f"{DIGEST}/4")
    with pytest.raises(KeyRecordError):
        new_key(KeyKind.AGREEMENT_SALT, NOW, source())


class TestAgreementSeed:
    def test_is_hmac_sha_512_as_in_rfc_4231_test_case_2(self):
        """Key "Jefe", data "what do ya want for nothing?", first 32 bytes of the tag."""
        expected = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        assert derive_agreement_seed(b"Jefe", b"what do ya want for nothing?").hex() == expected

    def test_depends_on_both_halves(self):
        one, two = b"\x01" * 32, b"\x02" * 32
        assert len({derive_agreement_seed(a, b) for a in (one, two) for b in (one, two)}) == 4
