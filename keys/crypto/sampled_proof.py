"""A VOPRF proof for batches of any size: over all elements up to 64, above that over 64 that the transcript chooses.

The sample follows from a hash over the key, all blinded and all evaluated elements, so nobody chooses it and both sides
compute the same. A provider that uses another key for the whole batch is always caught, because every sample shows it.
One that alters k of n elements escapes a given sample with probability about (1 - k/n)^64; it may try other
alterations until a sample misses them all, so small shares are not prevented. What that buys it is a missed match,
which it could cause anyway by leaving the record out of its index, and no knowledge of who was asked for.
The whole argument: docs/explanation/decisions/0002-sampled-batch-proofs.md.
"""

import hashlib
from collections.abc import Iterator, Sequence

from keys.crypto.ciphersuite import Mode, length_prefixed
from keys.crypto.dleq import generate_proof, verify_proof
from keys.crypto.errors import DeserializeError, InvalidInputError
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.crypto.ristretto255 import ELEMENT_BYTES
from schemas.randomness import RandomSource

SAMPLE_SIZE = 64

_TRANSCRIPT_TAG = b"tongxin/sampled-batch-proof/v1/transcript\x00"
_STREAM_TAG = b"tongxin/sampled-batch-proof/v1/stream\x00"
_WORD_BYTES = 4
_WORD_RANGE = 2 ** (8 * _WORD_BYTES)


def generate_batch_proof(
    key_pair: EvaluationKeyPair, blinded: Sequence[bytes], evaluated: Sequence[bytes], random: RandomSource
) -> bytes:
    """Return the 64-byte proof for a batch, in mode VOPRF.

    Raises:
        InvalidInputError: the lists are empty or of unequal length.
        DeserializeError: an element is not 32 bytes, or one of the sample is not canonical.
    """
    chosen = choose_sample(key_pair.public_key, blinded, evaluated)
    return generate_proof(key_pair, _pick(blinded, chosen), _pick(evaluated, chosen), random, Mode.VOPRF)


def verify_batch_proof(public_key: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes], proof: bytes) -> None:
    """Check the proof for a batch, in mode VOPRF.

    Raises:
        InvalidInputError: the lists are empty or of unequal length.
        DeserializeError: an element is not 32 bytes.
        VerifyError: an element of the sample was not evaluated under `public_key`.
    """
    chosen = choose_sample(public_key, blinded, evaluated)
    verify_proof(public_key, _pick(blinded, chosen), _pick(evaluated, chosen), proof, Mode.VOPRF)


def choose_sample(public_key: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes]) -> list[int]:
    """Return the ascending positions that a proof covers: all up to 64 elements, else 64 that nobody picked.

    Raises:
        InvalidInputError: the lists are empty or of unequal length.
        DeserializeError: an element is not 32 bytes.
    """
    count = len(blinded)
    if count == 0 or len(evaluated) != count:
        raise InvalidInputError(f"a batch needs two lists of one length: {count} and {len(evaluated)} elements")
    if any(len(element) != ELEMENT_BYTES for elements in (blinded, evaluated) for element in elements):
        raise DeserializeError(f"every element of a batch has {ELEMENT_BYTES} bytes")
    if count <= SAMPLE_SIZE:
        return list(range(count))
    return sorted(_draw_distinct(_hash_transcript(public_key, blinded, evaluated), count))


def _hash_transcript(public_key: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes]) -> bytes:
    # Elements have one length, so the count alone makes the concatenation unambiguous.
    header = _TRANSCRIPT_TAG + length_prefixed(public_key) + len(blinded).to_bytes(_WORD_BYTES, "big")
    return hashlib.sha512(b"".join((header, *blinded, *evaluated))).digest()


def _draw_distinct(seed: bytes, count: int) -> set[int]:
    # Words above the largest multiple of `count` are thrown away: modulo `count` they would favour low positions.
    fair_range = _WORD_RANGE - _WORD_RANGE % count
    chosen: set[int] = set()
    for word in _stream_words(seed):
        if word < fair_range:
            chosen.add(word % count)
        if len(chosen) == SAMPLE_SIZE:
            break
    return chosen


def _stream_words(seed: bytes) -> Iterator[int]:
    counter = 0
    while True:
        block = hashlib.sha512(_STREAM_TAG + seed + counter.to_bytes(_WORD_BYTES, "big")).digest()
        for start in range(0, len(block), _WORD_BYTES):
            yield int.from_bytes(block[start : start + _WORD_BYTES], "big")
        counter += 1


def _pick(elements: Sequence[bytes], positions: Sequence[int]) -> list[bytes]:
    return [elements[position] for position in positions]
