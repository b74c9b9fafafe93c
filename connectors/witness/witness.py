"""The witness itself: reads what it saw last, decides and stores in one transaction, and keeps what contradicts it."""

from dataclasses import dataclass

from connectors.context import Connector
from connectors.state.alerts import raise_alert
from connectors.state.database import reading, writing
from connectors.state.witness_notes import (
    CosignedNote,
    Evidence,
    find_newest,
    find_of_size,
    keep_cosigned,
    keep_evidence,
)
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.cosigning import (
    NOTHING_SEEN,
    AddCheckpoint,
    Conflict,
    Cosignature,
    Refusal,
    RefusalCode,
    Seen,
    add_checkpoint,
    format_hash_line,
    read_submitted,
)
from keys.crypto.log_shards import shard_of_origin, shard_verifier_key
from keys.crypto.note import Cosigner, Note, parse_note
from keys.crypto.note_key import VerifierKey
from keys.custody.key_ring import KeyKind
from keys.protocol.witness_keys import witness_name
from schemas.formats import digest_of

SPLIT_VIEW = "split_view"
ROLLED_BACK = "log_rolled_back"
NOT_CONSISTENT = "log_not_consistent"


@dataclass(frozen=True)
class Witness:
    """One agency's witness of the pinned gateway's log, a tree for each year."""

    connector: Connector

    @property
    def log_key(self) -> VerifierKey:
        """The pinned key under the log's name."""
        return VerifierKey.parse(self.connector.gateway.log_verifier_key)

    def find_log_key(self, origin: str) -> VerifierKey | None:
        """Return the key of the log with this origin, None where it is no year of the pinned log."""
        shard = self.shard_of(origin)
        return None if shard is None else shard_verifier_key(self.log_key, shard)

    def shard_of(self, origin: str) -> int | None:
        """Return the year of an origin of the pinned log, or None."""
        return shard_of_origin(self.connector.gateway.log_name, origin)

    def cosigner(self) -> Cosigner:
        """Return this agency's witness key; raises MissingKeyError where its ring has none."""
        secret = self.connector.keys.ring.current(KeyKind.WITNESS, self.connector.now()).secret
        return Cosigner(witness_name(self.connector.agency), secret)

    def newest(self, origin: str) -> CosignedNote | None:
        """Return the largest checkpoint that was cosigned for an origin, or None."""
        with reading(self.connector.state) as connection:
            return find_newest(connection, origin)

    def submit(self, submission: AddCheckpoint) -> Cosignature | Conflict | Refusal:
        """Decide on a submission; a cosignature is durable when this returns.

        A checkpoint that the log signed for a size of which another root was cosigned is kept, and raises an alert.
        """
        submitted = read_submitted(submission)
        if submitted is None:
            return Refusal(RefusalCode.MALFORMED)
        cosigner, now = self.cosigner(), self.connector.now()
        with writing(self.connector.state) as connection:
            newest = find_newest(connection, submitted.origin)
            last = NOTHING_SEEN if newest is None else Seen(newest.size, newest.root_hash)
            result = add_checkpoint(submission, self.find_log_key, last, cosigner, now)
            known = find_of_size(connection, submitted.origin, submitted.size)
            if isinstance(result, Cosignature):
                note = self._trimmed(submission.note, result)
                keep_cosigned(connection, _cosigned(result.checkpoint, note, int(now.timestamp())))
        if not isinstance(result, Cosignature):
            self._keep_contradiction(known, result.checkpoint, submission.note)
        return result

    def keep_evidence(
        self, code: str, origin: str, first_note: bytes, second_note: bytes, proof: tuple[bytes, ...] = ()
    ) -> Evidence:
        """Keep two notes that the log signed, and raise an alert that names them."""
        first, second = self._log_signed(first_note), self._log_signed(second_note)
        seconds = self.connector.seconds()
        evidence = Evidence(
            id=digest_of(first + second),
            code=code,
            origin=origin,
            first_note=first,
            second_note=second,
            proof="".join(format_hash_line(one) for one in proof),
            found_at=seconds,
        )
        keep_evidence(self.connector.state, evidence)
        raise_alert(self.connector.state, code, f"{origin} {evidence.id}", seconds)
        return evidence

    def _keep_contradiction(self, known: CosignedNote | None, signed: Checkpoint | None, note: bytes) -> None:
        """Keep both notes where the log has signed (a verified) another root for a size that was cosigned."""
        if known is not None and signed is not None and known.root_hash != signed.root_hash:
            self.keep_evidence(SPLIT_VIEW, signed.origin, known.note, note)

    def _trimmed(self, note: bytes, result: Cosignature) -> bytes:
        parsed = parse_note(self._log_signed(note))
        return Note(parsed.text, (*parsed.signatures, result.line)).format()

    def _log_signed(self, note: bytes) -> bytes:
        """Return a verified note with the log's line alone: what others signed or attached does not matter."""
        parsed = parse_note(note)
        checkpoint_origin = parsed.text.split(b"\n", 1)[0].decode()
        key = self.find_log_key(checkpoint_origin)
        lines = [line for line in parsed.signatures if key is not None and (line.name, line.key_id) == _id(key)]
        return Note(parsed.text, tuple(lines[:1])).format()


def _id(key: VerifierKey) -> tuple[str, bytes]:
    return key.name, key.key_id


def _cosigned(checkpoint: Checkpoint, note: bytes, at_seconds: int) -> CosignedNote:
    return CosignedNote(checkpoint.origin, checkpoint.size, checkpoint.root_hash, note, at_seconds)
