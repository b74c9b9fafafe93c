"""Entries as JSON lines for programs: verbatim with their proof, or as OCSF events."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO

from gateway.log.logged_entry import LoggedEntry
from gateway.reports.ocsf import ocsf_event

ProofOf = Callable[[LoggedEntry], str | None]
"""Gives the proof of an entry (C2SP tlog-proof), or None where it is in no checkpoint yet."""


def write_entry_lines(sink: BinaryIO, entries: Iterable[LoggedEntry], proof_of: ProofOf) -> None:
    """Write each entry verbatim, as text, with its place, leaf hash and proof."""
    _write(sink, (_entry_line(entry, proof_of(entry)) for entry in entries))


def write_ocsf_lines(sink: BinaryIO, entries: Iterable[LoggedEntry], proof_of: ProofOf) -> None:
    """Write each entry as an OCSF event.

    Raises:
        LeafError: an entry is none of an audit log.
    """
    _write(sink, (ocsf_event(entry, proof_of(entry)) for entry in entries))


def _entry_line(entry: LoggedEntry, proof: str | None) -> dict[str, Any]:
    return {
        "shard": entry.shard,
        "index": entry.index,
        "leaf_hash": entry.leaf_hash.hex(),
        "entry": entry.entry.decode(),
        "proof": proof,
    }


def _write(sink: BinaryIO, lines: Iterable[Mapping[str, Any]]) -> None:
    for line in lines:
        sink.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
