"""Keeps the checkpoints that came with own entries, and compares each with those before it."""

from dataclasses import dataclass

from sqlalchemy import insert, select

from connectors.context import Connector
from connectors.own_log.evidence import EvidenceKeeper
from connectors.own_log.evidence_document import Fault
from connectors.own_log.proofs import verify_checkpoint
from connectors.own_log.tables import seen_checkpoint
from connectors.state.database import reading, writing
from connectors.state.witness_tables import cosigned_checkpoint
from keys.crypto.log_shards import shard_origin


@dataclass(frozen=True, slots=True)
class SeenCheckpoint:
    """A verified checkpoint: size, the signed note, and when it was seen first (POSIX seconds)."""

    size: int
    note: str
    seen_at: int


@dataclass(frozen=True)
class CheckpointCheck:
    """Takes checkpoints as they are shown; that one tree grew into the other is the witness's to verify."""

    connector: Connector
    evidence: EvidenceKeeper

    def take(self, note: str) -> Fault | None:
        """Keep a checkpoint, or evidence that it contradicts one seen before: smaller, or two roots for one size.

        Raises:
            NotProvenError: the log did not sign it.
        """
        pin, now = self.connector.gateway, self.connector.seconds()
        shard, checkpoint = verify_checkpoint(pin, note)
        for known in self.seen(shard):
            other = verify_checkpoint(pin, known.note)[1]
            if other.size == checkpoint.size and other.root_hash != checkpoint.root_hash:
                return self._contradicts(Fault.LOG_FORKED, shard, known.note, note)
            if other.size > checkpoint.size:
                return self._contradicts(Fault.LOG_SHRUNK, shard, known.note, note)
        with writing(self.connector.state) as connection:
            values = {"shard": shard, "size": checkpoint.size, "note": note, "seen_at": now}
            connection.execute(insert(seen_checkpoint).prefix_with("OR IGNORE").values(**values))
        return None

    def seen(self, shard: int) -> list[SeenCheckpoint]:
        """Return the checkpoints of a year that came with entries or were cosigned here, smallest first."""
        origin = shard_origin(self.connector.gateway.log_name, shard)
        with reading(self.connector.state) as connection:
            shown = connection.execute(select(seen_checkpoint).where(seen_checkpoint.c.shard == shard))
            found = [SeenCheckpoint(row.size, row.note, row.seen_at) for row in shown]
            cosigned = connection.execute(select(cosigned_checkpoint).where(cosigned_checkpoint.c.origin == origin))
            found += [SeenCheckpoint(row.size, row.note.decode("utf-8"), row.cosigned_at) for row in cosigned]
        return sorted(found, key=lambda one: one.size)

    def last_shard_before(self, shard: int) -> int | None:
        """Return the last year before `shard` of which entries were looked through, or None."""
        query = select(seen_checkpoint.c.shard).where(seen_checkpoint.c.shard < shard)
        with reading(self.connector.state) as connection:
            found: int | None = connection.scalar(query.order_by(seen_checkpoint.c.shard.desc()).limit(1))
        return found

    def _contradicts(self, fault: Fault, shard: int, first: str, second: str) -> Fault:
        size = verify_checkpoint(self.connector.gateway, second)[1].size
        self.evidence.keep(fault, f"{shard}/{size}", checkpoints=(first, second))
        return fault
