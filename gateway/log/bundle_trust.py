"""What a bundle's checkpoint is worth: who signed it, who witnessed it, and whether that suffices for who reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.log.bundle_errors import BundleError, BundleFault, Place
from gateway.log.bundle_files import BundleFiles
from gateway.log.bundle_format import CHECKPOINT_PATH, LOG_KEY_PATH, POLICY_PATH, format_log_key
from gateway.log.bundle_policy import policy_of_shard, read_stated_policy
from keys.crypto.checkpoint import Checkpoint, parse_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.log_shards import keys_of_origin
from keys.crypto.note import Note, VerifiedNote, parse_note, verify_note
from keys.crypto.note_key import SignatureType, VerifierKey
from keys.crypto.witness_policy import MAX_CLOCK_SKEW, WitnessPolicy


@dataclass(frozen=True, slots=True)
class Trust:
    """What the reader of a bundle trusts.

    Attributes:
        keys: verifier keys: the log's, under its name or its shard's, and its witnesses'.
        policy: the witness policy whose quorum the checkpoint must have; its logs and witnesses are trusted too.
        now: the reader's clock; no trusted witness may have signed more than `MAX_CLOCK_SKEW` later.
    """

    keys: tuple[VerifierKey, ...]
    policy: WitnessPolicy | None = None
    now: datetime | None = None

    def keys_for(self, origin: str) -> list[VerifierKey]:
        """Return all trusted keys, each once, those of logs under the name of this shard."""
        keys = list(self.keys)
        if self.policy is not None:
            keys += [*self.policy.logs, *(witness.key for witness in self.policy.witnesses)]
        return list(dict.fromkeys(keys_of_origin(keys, origin)))


@dataclass(frozen=True, slots=True)
class VerifiedHead:
    """A checkpoint that a trusted log key signed.

    Attributes:
        note: the bytes of the checkpoint's file.
        checkpoint: what it states.
        signers: the names of all trusted keys that signed.
        witnesses: when each trusted witness cosigned, by the name of its key.
        has_quorum: whether they suffice; None where the reader trusts no policy.
        unknown_signatures: number of lines by keys that are not trusted; they prove nothing.
    """

    note: bytes
    checkpoint: Checkpoint
    signers: tuple[str, ...]
    witnesses: Mapping[str, datetime]
    has_quorum: bool | None
    unknown_signatures: int


def verify_head(files: BundleFiles, trust: Trust) -> VerifiedHead:
    """Return what the head of a bundle proves to who trusts this.

    Raises:
        BundleError: nothing, or not enough; or there is a signature that nobody stands for.
        InvalidInputError: two of the trusted keys are one.
    """
    data = files.read(CHECKPOINT_PATH)
    try:
        parsed = parse_note(data)
        checkpoint = parse_checkpoint(parsed.text)
        trusted = trust.keys_for(checkpoint.origin)
        note = verify_note(data, trusted)
    except NoteError:
        raise BundleError(BundleFault.CHECKPOINT, Place(CHECKPOINT_PATH)) from None
    log_key = _log_key(files, note, checkpoint)
    stated = _stated_policy(files, log_key, trust.policy)
    _require_stated_signers(parsed, data, log_key, stated)
    return VerifiedHead(
        note=data,
        checkpoint=checkpoint,
        signers=tuple(signature.key.name for signature in note.signatures),
        witnesses=_witnesses(note, trust.now),
        has_quorum=_require_quorum(note, trust.policy),
        unknown_signatures=len(parsed.signatures) - len(note.signatures),
    )


def _log_key(files: BundleFiles, note: VerifiedNote, checkpoint: Checkpoint) -> VerifierKey:
    """Return the trusted key of the log, which has signed the note and is the one that the bundle states."""
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


def _stated_policy(files: BundleFiles, log_key: VerifierKey, trusted: WitnessPolicy | None) -> WitnessPolicy:
    """Return the policy in the bundle, which is the trusted one where there is one."""
    try:
        stated = read_stated_policy(files.read(POLICY_PATH), log_key)
        is_other = trusted is not None and policy_of_shard(trusted, log_key) != stated
    except NoteError:
        raise BundleError(BundleFault.POLICY, Place(POLICY_PATH)) from None
    if is_other:
        raise BundleError(BundleFault.POLICY, Place(POLICY_PATH))
    return stated


def _require_stated_signers(parsed: Note, data: bytes, log_key: VerifierKey, stated: WitnessPolicy) -> None:
    """Check that each line of the checkpoint is by the log or a witness in the bundle's policy, once, and verifies.

    Of lines by others nobody could say whether a byte of them was changed.
    """
    known = [log_key, *(witness.key for witness in stated.witnesses)]
    try:
        verified = verify_note(data, known)
    except NoteError:
        raise BundleError(BundleFault.CHECKPOINT, Place(CHECKPOINT_PATH)) from None
    if len(verified.signatures) != len(parsed.signatures):
        raise BundleError(BundleFault.CHECKPOINT, Place(CHECKPOINT_PATH))


def _witnesses(note: VerifiedNote, now: datetime | None) -> dict[str, datetime]:
    witnesses = {
        signature.key.name: signature.signed_at for signature in note.signatures if signature.signed_at is not None
    }
    if now is not None and any(signed_at > now + MAX_CLOCK_SKEW for signed_at in witnesses.values()):
        raise BundleError(BundleFault.COSIGNATURE_TIME, Place(CHECKPOINT_PATH))
    return witnesses


def _require_quorum(note: VerifiedNote, policy: WitnessPolicy | None) -> bool | None:
    if policy is None:
        return None
    if not policy.is_satisfied_by(_names(policy, (signature.key for signature in note.signatures))):
        raise BundleError(BundleFault.QUORUM, Place(CHECKPOINT_PATH))
    return True


def _names(policy: WitnessPolicy, keys: Iterable[VerifierKey]) -> list[str]:
    signed = set(keys)
    return [witness.name for witness in policy.witnesses if witness.key in signed]
