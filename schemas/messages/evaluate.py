"""Evaluate: the requester gets the hashes of its own linkage keys under the provider's key (RFC 9497, VOPRF)."""

from typing import Annotated

from pydantic import Field

from schemas.formats import Digest, PackedElements, Proof
from schemas.message import Message

MAX_EVALUATE_ELEMENTS = 10_000
MAX_EVALUATE_BYTES = 512 * 1024

Epoch = Annotated[int, Field(ge=1, le=1_000_000)]


class EvaluateRequest(Message):
    """Blinded elements, packed, to be evaluated under the agreement's key of `epoch`."""

    epoch: Epoch
    blinded: PackedElements


class EvaluateAnswer(Message):
    """Evaluated elements in the order asked, with the (sampled) batch proof for the stated key."""

    key_id: Digest
    evaluated: PackedElements
    proof: Proof
