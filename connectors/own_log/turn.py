"""The turn of a year: the first entry of a new log must claim the last checkpoint of the old one that was seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.own_log.entry import Entry, EntryError, parse_entry
from connectors.own_log.evidence_document import Fault
from connectors.own_log.seen_checkpoints import CheckpointCheck, SeenCheckpoint
from connectors.own_log.seen_entries import find_seal
from keys.crypto.note import parse_note
from schemas.formats import digest_of
from schemas.messages.log_entries import ShownEntry

LOG_START = "log.start"


@dataclass(frozen=True)
class TurnCheck:
    """Compares the first entry of a year with the checkpoints of the year before that were seen."""

    checkpoints: CheckpointCheck

    def check(self, shown: ShownEntry, data: bytes, note: str) -> list[Fault]:
        """Return `turn_broken`, with its evidence kept, if the entry begins a year and does not continue the last."""
        if shown.place.index != 0:
            return []
        old = self.checkpoints.last_shard_before(shown.place.shard)
        try:
            entry = parse_entry(data)
        except EntryError:
            return []  # judged as an entry
        sealed = None if old is None else find_seal(self.checkpoints.connector.state, old)
        broken = None if old is None else find_break(entry, self.checkpoints.seen(old), sealed)
        if broken is None:
            return []
        subject = f"{shown.place.shard}/{shown.place.index}"
        self.checkpoints.evidence.keep(Fault.TURN_BROKEN, subject, shown=(shown,), checkpoints=(broken.note, note))
        return [Fault.TURN_BROKEN]


def find_break(entry: Entry, seen: Iterable[SeenCheckpoint], sealed: int | None) -> SeenCheckpoint | None:
    """Return a seen checkpoint of the year before that the first entry of a year does not lead back to, or None.

    The entry states size and digest of the text of the last checkpoint before it: of that size no other may have been
    seen. After it the year before is signed once more, with its seal: a larger one has the size of `sealed` leaves.
    Where it states none, nothing was signed before the seal.
    """
    claimed = entry.records or 0
    for checkpoint in seen:
        is_claimed = checkpoint.size == claimed and not start_differs(entry, checkpoint.note)
        is_within = checkpoint.size < claimed or checkpoint.size == sealed != claimed
        if entry.type != LOG_START or not (is_claimed or is_within):
            return checkpoint
    return None


def start_differs(entry: Entry, note: str) -> bool:
    """Return whether the first entry of a year states another text than that of this verified checkpoint."""
    return digest_of(parse_note(note.encode()).text) != entry.content
