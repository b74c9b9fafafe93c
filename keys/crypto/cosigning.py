"""What a witness does with a checkpoint (C2SP tlog-witness, add-checkpoint): bytes in, a cosignature or a refusal out.

    old 20852014
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
    (an empty line)
    (the checkpoint, a signed note)

The caller keeps what was seen last and stores what is cosigned in the same transaction, before the line leaves.
"""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from keys.crypto.checkpoint import Checkpoint, parse_checkpoint
from keys.crypto.errors import NoteError, ProofError
from keys.crypto.merkle import EMPTY_ROOT, HASH_BYTES, MAX_TREE_SIZE, verify_consistency
from keys.crypto.note import MAX_NOTE_BYTES, Cosigner, Note, NoteSignature, parse_note, verify_note
from keys.crypto.note_key import VerifierKey

MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 32 + MAX_PROOF_LINES * 45

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})\n")
_HASH = re.compile(r"[A-Za-z0-9+/]{43}=\n")


class RefusalCode(StrEnum):
    """Why a checkpoint is not cosigned, apart from a conflict of sizes."""

    MALFORMED = "malformed"
    UNKNOWN_LOG = "unknown_log"
    NOT_SIGNED = "not_signed"
    NOT_CONSISTENT = "not_consistent"


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A submission: the size of the tree that the witness is thought to have seen last, a proof from there, a note."""

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest tree that a witness has cosigned for an origin."""

    size: int
    root_hash: bytes


NOTHING_SEEN = Seen(0, EMPTY_ROOT)


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A checkpoint to be kept as the newest, and the line to be handed out once it is."""

    checkpoint: Checkpoint
    line: NoteSignature


@dataclass(frozen=True, slots=True)
class Conflict:
    """The witness has seen a tree of `size` last, not the one that was said; or of that size, with another root.

    `contradicts`: the log signed two roots for one size, and `checkpoint` is the one of which this witness has not
    seen the other; it proves what the log did.
    """

    size: int
    contradicts: bool
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing is cosigned. `checkpoint` is what the log signed, where it did sign it."""

    code: RefusalCode
    checkpoint: Checkpoint | None = None


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """Read a submission; its head ends at the first empty line, for the note has one of its own.

    Raises:
        NoteError: too large, malformed, more than 63 proof lines, or not in its one form.
    """
    if len(body) > MAX_REQUEST_BYTES:
        raise NoteError(f"a submission has at most {MAX_REQUEST_BYTES} bytes, not {len(body)}")
    head, divider, note = body.partition(b"\n\n")
    try:
        first, *lines = (head + b"\n").decode("ascii").splitlines(keepends=True)
    except UnicodeDecodeError:
        raise NoteError("the head of a submission is not ASCII") from None
    old = _OLD.fullmatch(first)
    if not divider or old is None or int(old[1]) > MAX_TREE_SIZE or len(lines) > MAX_PROOF_LINES:
        raise NoteError("a submission is an old size, up to 63 hashes, an empty line and a note")
    submission = AddCheckpoint(int(old[1]), tuple(parse_hash_line(line) for line in lines), note)
    if format_add_checkpoint(submission) != body:
        raise NoteError("the submission is not in its one form")
    return submission


def format_add_checkpoint(submission: AddCheckpoint) -> bytes:
    """Return the bytes of a submission."""
    head = f"old {submission.old_size}\n" + "".join(format_hash_line(one) for one in submission.proof)
    return head.encode("ascii") + b"\n" + submission.note


def parse_hash_line(line: str) -> bytes:
    """Return the 32 bytes of a line of a proof, given with its newline; raises `NoteError`."""
    decoded = base64.b64decode(line) if _HASH.fullmatch(line) else b""
    if len(decoded) != HASH_BYTES or format_hash_line(decoded) != line:
        raise NoteError("a line of the proof is not the base64 of 32 bytes")
    return decoded


def format_hash_line(value: bytes) -> str:
    """Return a line of a proof with its newline."""
    return base64.b64encode(value).decode("ascii") + "\n"


def add_checkpoint(
    submission: AddCheckpoint,
    find_log_key: Callable[[str], VerifierKey | None],
    last: Seen,
    cosigner: Cosigner,
    now: datetime,
) -> Cosignature | Conflict | Refusal:
    """Decide on a submission, in the order of C2SP tlog-witness; the first check that fails decides.

    Args:
        submission: as parsed.
        find_log_key: the key of the log with this origin, or None where it is not known.
        last: the largest tree cosigned for that origin, `NOTHING_SEEN` if none.
        cosigner: the witness's key.
        now: the time that the cosignature states, from 1970 on.
    """
    checkpoint = read_submitted(submission)
    if checkpoint is None or submission.old_size > checkpoint.size:
        return Refusal(RefusalCode.MALFORMED)
    log_key = find_log_key(checkpoint.origin)
    if log_key is None:
        return Refusal(RefusalCode.UNKNOWN_LOG)
    try:
        text = verify_note(submission.note, [log_key]).text
    except NoteError:
        return Refusal(RefusalCode.NOT_SIGNED)
    contradicts = checkpoint.size == last.size and checkpoint.root_hash != last.root_hash
    if submission.old_size != last.size or (contradicts and last.size > 0):
        return Conflict(last.size, contradicts, checkpoint)
    if not _is_consistent(last, checkpoint, submission.proof):
        return Refusal(RefusalCode.NOT_CONSISTENT, checkpoint)
    return Cosignature(checkpoint, cosigner.cosign(text, now))


def read_submitted(submission: AddCheckpoint) -> Checkpoint | None:
    """Return the submitted checkpoint, unverified, or None where the note is no checkpoint."""
    try:
        return parse_checkpoint(parse_note(submission.note).text)
    except NoteError:
        return None


def read_cosignatures(note: bytes, answer: bytes, keys: Sequence[VerifierKey]) -> tuple[NoteSignature, ...]:
    """Return the lines of a witness's answer that known keys made on the note; lines of other keys are passed over.

    Raises:
        NoteError: the answer is malformed, a known key's line does not verify, or no known key made one.
    """
    signed = parse_note(parse_note(note).text + b"\n" + answer)
    verified = verify_note(signed.format(), keys)
    known = {(signature.key.name, signature.key.key_id) for signature in verified.signatures}
    return tuple(line for line in signed.signatures if (line.name, line.key_id) in known)


def with_lines(note: bytes, lines: Sequence[NoteSignature]) -> bytes:
    """Return the note with further signature lines, in this order behind its own; raises `NoteError`."""
    parsed = parse_note(note)
    return Note(parsed.text, (*parsed.signatures, *lines)).format()


def _is_consistent(last: Seen, checkpoint: Checkpoint, proof: Sequence[bytes]) -> bool:
    try:
        verify_consistency(last.size, last.root_hash, checkpoint.size, checkpoint.root_hash, proof)
    except ProofError:
        return False
    return True
