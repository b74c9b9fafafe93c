"""What a bundle's checkpoint is worth: who signed it, who witnessed it, and whether that suffices for who reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.log.bundle_errors import BundleError, BundleFault, Place
from gateway.log.bundle_files import BundleFiles
from gateway.log.bundle_format import CHECKPOINT_PATH, LOG_KEY_PATH, POLICY_PATH, format_log_key
from gateway.log.bundle_policy import policy_of_shard
from keys.crypto.checkpoint import Checkpoint, parse_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.log_shards import keys_of_origin
from keys.crypto.note import VerifiedNote, parse_note, verify_note
from keys.crypto.note_key import SignatureType, VerifierKey

MAX_CLOCK_SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Witnessing:
    """A witness that cosigned, and when by its own clock."""

    name: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class VerifiedHead:
    """A checkpoint that a trusted log key signed.

    Attributes:
        note: the bytes of the checkpoint's file.
        checkpoint: what it states.
        signers: the names of all trusted keys that signed.
        witnesses: those of them that cosigned as witnesses.
        unknown_signatures: number of lines by keys that are not trusted; they prove nothing.
    """

    note: bytes
    checkpoint: Checkpoint
    signers: tuple[str, ...]
    witnesses: tuple[Witnessing, ...]
    unknown_signatures: int


def verify_head(files: BundleFiles, trusted_keys: Sequence[VerifierKey], now: datetime | None) -> VerifiedHead:
    """Return what the head of a bundle proves. Cosignature times are held against `now`, where it is given.

    Raises:
        BundleError: it proves nothing to who trusts these keys.
        InvalidInputError: two of the trusted keys are one.
    """
    data = files.read(CHECKPOINT_PATH)
    try:
        parsed = parse_note(data)
        checkpoint = parse_checkpoint(parsed.text)
        note = verify_note(data, keys_of_origin(trusted_keys, checkpoint.origin))
    except NoteError:
        raise BundleError(BundleFault.CHECKPOINT, Place(CHECKPOINT_PATH)) from None
    log_key = _log_key(files, note, checkpoint)
    if files.read(POLICY_PATH) != policy_of_shard(log_key):
        raise BundleError(BundleFault.POLICY, Place(POLICY_PATH))
    return VerifiedHead(
        note=data,
        checkpoint=checkpoint,
        signers=tuple(signature.key.name for signature in note.signatures),
        witnesses=_witnesses(note, now),
        unknown_signatures=len(parsed.signatures) - len(note.signatures),
    )


def _log_key(files: BundleFiles, note: VerifiedNote, checkpoint: Checkpoint) -> VerifierKey:
    keys = [
        signature.key
        for signature in note.signatures
        if signature.key.signature_type is SignatureType.LOG and signature.key.name == checkpoint.origin
    ]
    if not keys:
        raise BundleError(BundleFault.CHECKPOINT, Place(CHECKPOINT_PATH))
    stated = files.read(LOG_KEY_PATH)
    for key in keys:
        if stated == format_log_key(key):
            return key
    raise BundleError(BundleFault.LOG_KEY, Place(LOG_KEY_PATH))


def _witnesses(note: VerifiedNote, now: datetime | None) -> tuple[Witnessing, ...]:
    witnesses = [
        Witnessing(signature.key.name, signature.signed_at)
        for signature in note.signatures
        if signature.signed_at is not None
    ]
    if now is not None and any(witness.signed_at > now + MAX_CLOCK_SKEW for witness in witnesses):
        raise BundleError(BundleFault.COSIGNATURE_TIME, Place(CHECKPOINT_PATH))
    return tuple(witnesses)
