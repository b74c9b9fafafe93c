"""One sealing key whose opening is shared: what is sealed to it opens when every share has been removed.

A share is taken only with a proof that its maker knows the secret (Chaum and Pedersen, by the proof of RFC 9497
section 2.2). Without it the last to state a share could choose one that cancels the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from keys.crypto.ciphersuite import Mode, hash_to_group
from keys.crypto.dleq import generate_proof, verify_proof
from keys.crypto.errors import InvalidInputError
from keys.crypto.evaluation_key import EvaluationKeyPair, generate_key_pair
from keys.crypto.ristretto255 import Element, Scalar, add, decode_element, multiply
from schemas.randomness import RandomSource

LEAST_SHARES: Final = 2

_CONTEXT: Final = b"tongxin/private-or/opening-share/v1\x00"


@dataclass(frozen=True, slots=True)
class StatedShare:
    """The public half of a share: its key (32 bytes), the holder's mark under it (32) and the proof (64)."""

    public_key: bytes
    mark: bytes
    proof: bytes


@dataclass(frozen=True, slots=True)
class OpeningShare:
    """One holder's share: the secret, which never leaves it, and what it states to the others."""

    secret: Scalar = field(repr=False)
    stated: StatedShare


def make_opening_share(holder: str, scope: str, random: RandomSource) -> OpeningShare:
    """Return a new share.

    Args:
        holder: id of the agency that makes it.
        scope: what the sealing key is for, such as the agreement's digest and the epoch.
        random: source of randomness.
    """
    pair = generate_key_pair(random)
    base = _base(holder, scope)
    mark = multiply(pair.private_key, base)
    proof = generate_proof(EvaluationKeyPair(pair.private_key, pair.public_key), [base], [mark], random, Mode.VOPRF)
    return OpeningShare(pair.private_key, StatedShare(pair.public_key, mark, proof))


def join_shares(shares: Mapping[str, StatedShare], scope: str) -> Element:
    """Return the sealing key that belongs to all these shares, stated by the agencies that are their keys.

    Raises:
        InvalidInputError: fewer than two shares.
        VerifyError: a holder does not prove that it knows its share's secret.
        DeserializeError: shares cancel one another.
    """
    if len(shares) < LEAST_SHARES:
        raise InvalidInputError(f"a sealing key has at least {LEAST_SHARES} shares, not {len(shares)}")
    for holder, share in shares.items():
        verify_proof(share.public_key, [_base(holder, scope)], [share.mark], share.proof, Mode.VOPRF)
    first, *others = (Element(share.public_key) for share in shares.values())
    for other in others:
        first = add(first, other)
    return decode_element(first)


def _base(holder: str, scope: str) -> Element:
    return hash_to_group(_CONTEXT + holder.encode() + b"\x00" + scope.encode(), Mode.VOPRF)
