"""A log's shards: one tree a year under one name and key; the origin of each (C2SP tlog-checkpoint) ends in its year.

    name      gateway.990101/audit
    shard     2026
    origin    gateway.990101/audit/2026

A verifier key's id depends on its name, so the key under the log's name stands for one key a shard.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from keys.crypto.checkpoint import Checkpoint, parse_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.note import parse_note, verify_note
from keys.crypto.note_key import SignatureType, VerifierKey

_YEAR = re.compile(r"[1-9][0-9]{3}")


def shard_origin(log_name: str, shard: int) -> str:
    """Return the origin of the shard of a year."""
    return f"{log_name}/{shard}"


def shard_of_origin(log_name: str, origin: str) -> int | None:
    """Return the year of the shard of this origin, or None where it is no shard of this log."""
    year = origin.removeprefix(f"{log_name}/")
    return int(year) if year != origin and _YEAR.fullmatch(year) else None


def shard_verifier_key(log_key: VerifierKey, shard: int) -> VerifierKey:
    """Return the key that verifies a shard's checkpoints, from the one under the log's name."""
    return replace(log_key, name=shard_origin(log_key.name, shard))


def keys_of_origin(known_keys: Iterable[VerifierKey], origin: str) -> list[VerifierKey]:
    """Return the known keys, those of logs that have a shard of this origin under its name."""
    keys: list[VerifierKey] = []
    for key in known_keys:
        shard = shard_of_origin(key.name, origin) if key.signature_type is SignatureType.LOG else None
        keys.append(key if shard is None else shard_verifier_key(key, shard))
    return keys


def verify_shard_checkpoint(note: bytes, log_key: VerifierKey) -> Checkpoint:
    """Return the checkpoint that a log signed for one of its shards.

    Raises:
        NoteError: malformed, of another log, or not signed by it.
    """
    checkpoint = parse_checkpoint(parse_note(note).text)
    shard = shard_of_origin(log_key.name, checkpoint.origin)
    if shard is None:
        raise NoteError("the checkpoint is another log's")
    verify_note(note, [shard_verifier_key(log_key, shard)])
    return checkpoint
