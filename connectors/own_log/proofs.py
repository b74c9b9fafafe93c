"""Verifies what the gateway shows of its log: checkpoints under the pinned key, and the proof of each entry."""

from collections.abc import Iterable

from keys.crypto.checkpoint import Checkpoint
from keys.crypto.errors import CryptoError
from keys.crypto.log_shards import shard_of_origin, verify_shard_checkpoint
from keys.crypto.merkle import leaf_hash, verify_inclusion
from keys.crypto.note_key import VerifierKey
from schemas.base64url import Base64Error, decode_base64url
from schemas.messages.log import InclusionDocument
from schemas.messages.log_entries import ShownEntry
from schemas.messages.registry import GatewayPin


class NotProvenError(Exception):
    """A checkpoint is not the log's, or a proof does not lead to it."""


def verify_checkpoint(pin: GatewayPin, note: str) -> tuple[int, Checkpoint]:
    """Return the shard and the checkpoint of a note that the pinned log signed; raises NotProvenError."""
    try:
        log_key = VerifierKey.parse(pin.log_verifier_key)
        checkpoint = verify_shard_checkpoint(note.encode(), log_key)
    except CryptoError:
        raise NotProvenError from None
    shard = shard_of_origin(pin.log_name, checkpoint.origin)
    if log_key.name != pin.log_name or shard is None:
        raise NotProvenError
    return shard, checkpoint


def verify_checkpoints(pin: GatewayPin, notes: Iterable[str]) -> dict[int, Checkpoint]:
    """Return the checkpoints of notes by their shard; raises NotProvenError."""
    return dict(verify_checkpoint(pin, note) for note in notes)


def verify_shown(shown: ShownEntry, checkpoints: dict[int, Checkpoint]) -> bytes:
    """Return the bytes of an entry that stands where it is said to; raises NotProvenError."""
    checkpoint = checkpoints.get(shown.place.shard)
    if checkpoint is None:
        raise NotProvenError
    try:
        entry = decode_base64url(shown.entry)
        proof = [decode_base64url(text) for text in shown.proof]
        verify_inclusion(leaf_hash(entry), shown.place.index, checkpoint.size, proof, checkpoint.root_hash)
    except (Base64Error, CryptoError):
        raise NotProvenError from None
    return entry


def locate_leaf(pin: GatewayPin, leaf: str, document: InclusionDocument) -> tuple[int, int]:
    """Return the shard and the index at which `document` proves that a leaf with this hash stands.

    Raises:
        NotProvenError: it proves nothing of this leaf.
    """
    shard, checkpoint = verify_checkpoint(pin, document.checkpoint)
    proof = [decode_base64url(text) for text in document.proof]
    try:
        verify_inclusion(decode_base64url(leaf), document.index, checkpoint.size, proof, checkpoint.root_hash)
    except CryptoError:
        raise NotProvenError from None
    return shard, document.index
