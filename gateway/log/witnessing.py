"""Cosignatures of the log's checkpoints (C2SP tlog-cosignature): verified, kept, handed out, counted as a quorum."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from gateway.log.checkpoints import StoredCheckpoint, find_checkpoint
from gateway.log.timestamp import format_timestamp
from gateway.persistence.witness_queries import (
    WitnessedTree,
    WitnessState,
    add_cosignature,
    find_policy,
    find_witnessed,
    list_lines,
    list_states,
    set_state,
    set_witnessed,
)
from keys.crypto.cosigning import with_lines
from keys.crypto.errors import NoteError
from keys.crypto.note import NoteSignature, parse_note, verify_note
from keys.crypto.note_key import VerifierKey
from keys.crypto.witness_policy import MAX_CLOCK_SKEW, WitnessPolicy
from keys.crypto.witness_policy_format import parse_policy


@dataclass(frozen=True, slots=True)
class VerifiedLine:
    """A cosignature line of a known witness key, with the time that it states."""

    line: NoteSignature
    signed_at: datetime


def verify_lines(note: bytes, keys: Sequence[VerifierKey], now: datetime) -> list[VerifiedLine]:
    """Return the cosignatures on a note by known witness keys, each key once.

    Raises:
        NoteError: malformed, no known key signed, a known key's line does not verify, or is dated in the future.
    """
    times = {(one.key.name, one.key.key_id): one.signed_at for one in verify_note(note, keys).signatures}
    found: dict[tuple[str, bytes], VerifiedLine] = {}
    for line in parse_note(note).signatures:
        signed_at = times.get((line.name, line.key_id))
        if signed_at is not None:
            found.setdefault((line.name, line.key_id), VerifiedLine(line, signed_at))
    if any(one.signed_at > now + MAX_CLOCK_SKEW for one in found.values()):
        raise NoteError("a cosignature is dated in the future")
    return list(found.values())


def keep_lines(connection: Connection, checkpoint: StoredCheckpoint, lines: Iterable[VerifiedLine]) -> None:
    """Keep verified cosignatures of a checkpoint that this log made, and count the quorum anew; in a write transaction.

    What is older than a witness's newest one is kept as evidence only.
    """
    newest = {state.witness: state for state in list_states(connection, checkpoint.shard)}
    for one in lines:
        state = WitnessState(
            checkpoint.shard,
            one.line.name,
            checkpoint.size,
            one.line.format(),
            int(one.signed_at.timestamp()),
        )
        add_cosignature(connection, state, format_timestamp(one.signed_at))
        known = newest.get(one.line.name)
        if known is None or (known.size, known.signed_at) <= (state.size, state.signed_at):
            set_state(connection, state)
    count_quorum(connection, checkpoint)


def count_quorum(connection: Connection, checkpoint: StoredCheckpoint) -> None:
    """Note when the policy in force was last satisfied for a checkpoint, if it is the largest for which it was."""
    stored = find_policy(connection)
    if stored is None:
        return
    lines = list_lines(connection, checkpoint.shard, checkpoint.size)
    policy = parse_policy(stored.policy)
    satisfied_at = policy.satisfied_at(times_by_name(policy, lines))
    if satisfied_at is None:
        return
    tree = WitnessedTree(checkpoint.shard, checkpoint.size, int(satisfied_at.timestamp()))
    known = find_witnessed(connection, checkpoint.shard)
    if known is None or (known.size, known.witnessed_at) < (tree.size, tree.witnessed_at):
        set_witnessed(connection, tree)


def times_by_name(policy: WitnessPolicy, lines: Mapping[str, str]) -> dict[str, datetime]:
    """Return when each witness of the policy cosigned, by its name there, from lines that were verified."""
    names = {(witness.key.name, witness.key.key_id): witness.name for witness in policy.witnesses}
    times: dict[str, datetime] = {}
    for text in lines.values():
        line = NoteSignature.parse(text)
        name = names.get((line.name, line.key_id))
        if name is not None:
            times[name] = datetime.fromtimestamp(int.from_bytes(line.value[:8], "big"), UTC)
    return times


def cosigned_note(connection: Connection, checkpoint: StoredCheckpoint) -> bytes:
    """Return a checkpoint's note with the cosignatures that it has."""
    lines = list_lines(connection, checkpoint.shard, checkpoint.size)
    return with_lines(checkpoint.note, [NoteSignature.parse(line) for line in lines.values()])


def witnessed_checkpoint(connection: Connection, shard: int | None = None) -> StoredCheckpoint | None:
    """Return the largest checkpoint that a quorum cosigned, of a shard or of the newest that has one; or None."""
    tree = find_witnessed(connection, shard)
    return None if tree is None else find_checkpoint(connection, tree.shard, tree.size)
