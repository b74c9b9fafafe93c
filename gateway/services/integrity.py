"""Whether the log is whole: each year's tree as it was signed, who witnessed it, and what verifications found."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.log.checkpoints import StoredCheckpoint, find_checkpoint
from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.log.shards import list_shards
from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.persistence.engine import read_transaction
from gateway.persistence.verification_queries import (
    OutsideVerification,
    VerificationRun,
    insert_outside,
    list_outside,
    list_runs,
)
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.witness_status import WitnessStatus, witness_status
from keys.crypto.checkpoint import parse_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.log_shards import shard_of_origin
from keys.crypto.note import parse_note

RUNS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ShardStanding:
    """A year's tree: how many entries it has, and the newest checkpoint that was signed of it."""

    shard: int
    size: int
    checkpoint: StoredCheckpoint | None


@dataclass(frozen=True, slots=True)
class Integrity:
    """All that the page shows; shards, runs and outside verifications newest first."""

    shards: tuple[ShardStanding, ...]
    witnesses: WitnessStatus
    runs: tuple[VerificationRun, ...]
    outside: tuple[OutsideVerification, ...]


@dataclass(frozen=True, slots=True)
class OutsideResult:
    """What somebody outside computed: the root (32 bytes) of the first `size` leaves of a shard."""

    shard: int
    size: int
    root: bytes


class ForeignCheckpointError(ValueError):
    """A file is no checkpoint of this log."""


def show_integrity(gateway: Gateway) -> Integrity:
    """Return how the log stands now; hashes and counts only."""
    with read_transaction(gateway.engine) as connection:
        shards = tuple(
            ShardStanding(shard, TreeStore(connection, shard).size(), find_checkpoint(connection, shard))
            for shard in reversed(list_shards(connection))
        )
        runs = tuple(list_runs(connection, RUNS_SHOWN))
        outside = tuple(list_outside(connection, RUNS_SHOWN))
    return Integrity(shards, witness_status(gateway), runs, outside)


def read_outside_checkpoint(gateway: Gateway, note: bytes) -> OutsideResult:
    """Return the size and root that a checkpoint states; its signature is not what matters here, its root is.

    Raises:
        ForeignCheckpointError: no checkpoint, or another log's.
    """
    try:
        checkpoint = parse_checkpoint(parse_note(note).text)
    except NoteError:
        raise ForeignCheckpointError("not a checkpoint") from None
    shard = shard_of_origin(gateway.settings.log_name, checkpoint.origin)
    if shard is None:
        raise ForeignCheckpointError("a checkpoint of another log")
    return OutsideResult(shard, checkpoint.size, checkpoint.root_hash)


def record_outside(
    gateway: Gateway, account: Account, found: OutsideResult, verified_by: str, verified_on: date
) -> bool:
    """Compare what somebody outside found with our tree, keep and log it; return whether it is the same.

    Raises:
        AuditUnavailableError: it could not be logged; nothing is kept.
    """
    agrees = _own_root(gateway, found) == found.root
    kept = OutsideVerification(
        shard=found.shard,
        size=found.size,
        root=found.root,
        verified_by=verified_by,
        verified_on=verified_on.isoformat(),
        recorded_by=account.id,
        recorded_at=gateway.seconds(),
        agrees=agrees,
    )
    event = console_event(
        gateway,
        account,
        EventType.LOG_VERIFY,
        reason="outside_agrees" if agrees else "outside_differs",
        records=found.size,
        note=f"{verified_by}, {verified_on}: {found.shard}/{found.size} {found.root.hex()}",
    )

    def change(connection: Connection) -> Draft[bool]:
        insert_outside(connection, kept)
        return Draft(agrees, (event,))

    return gateway.journal.write(change).value


def _own_root(gateway: Gateway, found: OutsideResult) -> bytes | None:
    """Return our root of the first `size` leaves; None where our tree is smaller or damaged."""
    with read_transaction(gateway.engine) as connection:
        store = TreeStore(connection, found.shard)
        try:
            return store.root(found.size) if 0 < found.size <= store.size() else None
        except LogDamagedError:
            return None
