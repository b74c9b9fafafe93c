"""The gateway's whole database and all its keys do not let anybody guess at an index; the provider's key does."""

import hashlib
import hmac
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

import pytest

from connectors.evaluation import get_evaluation_key
from connectors.register import open_register
from keys.crypto.ciphersuite import hash_to_scalar
from keys.crypto.evaluation_key import derive_key_pair, generate_key_pair
from keys.crypto.oprf import Mode, evaluate
from keys.crypto.oprf_batch import evaluate_batch
from keys.crypto.ristretto255 import Scalar
from keys.custody.key_ring import KeyKind
from keys.protocol.evaluation_keys import derive_evaluation_key
from schemas.agreement import Agreement
from tests.attack.attacker import open_gateways_ring, query_gateway, read_index
from tests.scene import Scene

PURPOSE = "P04"
GUESSES = 60


@pytest.fixture(scope="module")
def stored(scene: Scene) -> frozenset[bytes]:
    """Return every hash of every index that the gateway holds."""
    return frozenset(found for (found,) in query_gateway(scene, "SELECT index_hash FROM index_entry"))  # type: ignore[misc]


@pytest.fixture(scope="module")
def guesses(scene: Scene) -> list[bytes]:
    """Return linkage keys that are in the index: the luckiest guesses that an attacker can make."""
    provider, agreement = scene.session(scene.plan(PURPOSE).provider), scene.agreements[PURPOSE]
    inputs = [
        key.oprf_input()
        for record in open_register(provider.connector).records()
        if set(record.identity.regions) & set(agreement.regions)
        for key in record.linkage_keys
    ]
    return inputs[:GUESSES]


def _windows(digest: bytes) -> Iterator[bytes]:
    return (digest[start : start + 16] for start in range(len(digest) - 15))


def _texts(guess: bytes) -> set[bytes]:
    """Return the forms in which one could hash an identifier: with and without its key type."""
    return {guess, guess.split(b"\x1f", 1)[1]}


def _hits(stored: frozenset[bytes], digests: Iterator[bytes]) -> int:
    return sum(window in stored for digest in digests for window in _windows(digest))


def test_plain_hashes_hit_nothing(stored: frozenset[bytes], guesses: list[bytes]) -> None:
    algorithms = ("sha256", "sha512", "sha1", "md5", "sha3_256", "blake2b")
    texts = [text for guess in guesses for text in _texts(guess)]
    assert _hits(stored, (hashlib.new(name, text).digest() for name, text in product(algorithms, texts))) == 0


def test_hashes_with_all_that_the_gateway_knows_hit_nothing(
    scene: Scene, stored: frozenset[bytes], guesses: list[bytes]
) -> None:
    agreement = scene.agreements[PURPOSE]
    ring = open_gateways_ring(scene.stage.gateway_folder)
    secrets = [record.secret for record in ring.records]
    public = [agreement.digest().encode(), agreement.id.encode(), agreement.to_bytes(), b"tongxin"]
    digests = (
        hmac.digest(key, text, name)
        for key, guess, name in product((*secrets, *public), guesses, ("sha256", "sha512"))
        for text in _texts(guess)
    )
    assert _hits(stored, digests) == 0


def _attackers_keys(scene: Scene, agreement: Agreement) -> Iterator[Scalar]:
    """Yield private keys that somebody without the provider's key file could try."""
    ring = open_gateways_ring(scene.stage.gateway_folder)
    info = f"{agreement.digest()}/1".encode("ascii")
    yield generate_key_pair(os.urandom).private_key
    for record in ring.records:
        yield derive_key_pair(record.secret, info, Mode.VOPRF).private_key
        yield derive_evaluation_key(record.secret, record.secret, agreement.digest(), 1).private_key
    yield derive_evaluation_key(bytes(32), bytes(32), agreement.digest(), 1).private_key
    yield hash_to_scalar(agreement.to_bytes(), b"guess")


def test_the_function_itself_under_other_keys_hits_nothing(
    scene: Scene, stored: frozenset[bytes], guesses: list[bytes]
) -> None:
    for private_key in _attackers_keys(scene, scene.agreements[PURPOSE]):
        outputs = evaluate_batch(private_key, guesses)
        assert _hits(stored, iter(outputs)) == 0


def test_the_key_of_another_agreement_hits_nothing_of_this_one(scene: Scene, guesses: list[bytes]) -> None:
    """Two agreements of one provider: even its own key for the other one does not open this index."""
    agreement, other = scene.agreements[PURPOSE], scene.agree_and_publish(PURPOSE)
    provider = scene.session(scene.plan(PURPOSE).provider).connector
    outputs = evaluate_batch(get_evaluation_key(provider, other.digest(), 1).private_key, guesses)
    hashes = {output[:16] for output in outputs}
    assert not hashes & {row.index_hash for row in read_index(scene, agreement)}
    assert hashes <= {row.index_hash for row in read_index(scene, other)}


def test_the_salt_or_the_seed_alone_hits_nothing(scene: Scene, stored: frozenset[bytes], guesses: list[bytes]) -> None:
    digest = scene.agreements[PURPOSE].digest()
    ring = scene.session(scene.plan(PURPOSE).provider).connector.keys.ring
    seed = ring.current(KeyKind.EVALUATION_SEED, datetime.now(UTC)).secret
    salt = ring.current(KeyKind.AGREEMENT_SALT, datetime.now(UTC), f"{digest}/1").secret
    for halves in ((seed, bytes(32)), (seed, seed), (bytes(32), salt), (salt, salt), (salt, seed)):
        private_key = derive_evaluation_key(*halves, digest, 1).private_key
        assert _hits(stored, iter(evaluate_batch(private_key, guesses[:20]))) == 0


def test_the_other_mode_of_the_function_hits_nothing(
    scene: Scene, stored: frozenset[bytes], guesses: list[bytes]
) -> None:
    provider = scene.session(scene.plan(PURPOSE).provider).connector
    private_key = get_evaluation_key(provider, scene.agreements[PURPOSE].digest(), 1).private_key
    assert _hits(stored, (evaluate(private_key, guess, Mode.OPRF) for guess in guesses[:20])) == 0


def test_the_providers_own_key_hits_every_time(scene: Scene, stored: frozenset[bytes], guesses: list[bytes]) -> None:
    """The positive control: the guesses are right, and only the key was missing."""
    provider = scene.session(scene.plan(PURPOSE).provider).connector
    private_key = get_evaluation_key(provider, scene.agreements[PURPOSE].digest(), 1).private_key
    outputs = evaluate_batch(private_key, guesses)
    assert len(outputs) > 20
    assert all(output[:16] in stored for output in outputs)
