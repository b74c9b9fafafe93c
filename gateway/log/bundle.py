"""Exports the log up to its last checkpoint as one file that can be verified offline."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, Engine, select

from gateway.log.bundle_format import (
    CHECKPOINT_PATH,
    LOG_KEY_PATH,
    MANIFEST_PATH,
    ManifestFile,
    disclosure_path,
    entry_files,
    format_disclosure_line,
    format_entries,
    format_manifest,
    tile_files,
)
from gateway.log.checkpoints import StoredCheckpoint, find_checkpoint
from gateway.log.event_names import PersonalField
from gateway.log.leaf import Leaf, parse_leaf
from gateway.log.stored_zip import ArchiveWriter, Sink
from gateway.log.tiles import TILE_WIDTH
from gateway.log.tree_store import TreeStore
from gateway.persistence.audit_tables import audit_cosignature, audit_disclosure, audit_leaf
from gateway.persistence.engine import read_transaction
from keys.crypto.note_key import VerifierKey

DisclosurePermit = Callable[[Leaf, PersonalField], bool]
"""Whether the reader of a bundle may be handed the value of this field of this entry."""


class NothingSignedError(RuntimeError):
    """The log has no checkpoint yet, so there is nothing that could be verified."""


@dataclass(frozen=True, slots=True)
class ExportedBundle:
    """What an export holds, for the event that tells of it. `sha256` is the digest of the file's bytes."""

    size: int
    root_hash: bytes
    disclosures: int
    sha256: bytes


def export_bundle(
    engine: Engine, sink: Sink, log_key: VerifierKey, permits: DisclosurePermit | None = None
) -> ExportedBundle:
    """Write the bundle of the last checkpoint to `sink`; without `permits` it holds no disclosure.

    One log and one permit always give the same bytes.

    Raises:
        NothingSignedError: there is no checkpoint.
        LogDamagedError: rows are missing.
        ArchiveError: the log is too large for one bundle (`MAX_ARCHIVE_BYTES`).
    """
    hashing = _HashingSink(sink)
    with read_transaction(engine) as connection:
        signed = find_checkpoint(connection)
        if signed is None:
            raise NothingSignedError("the log has no checkpoint yet")
        disclosures = _write(connection, ArchiveWriter(hashing), signed, log_key, permits)
    return ExportedBundle(signed.size, signed.root_hash, disclosures, hashing.digest.digest())


class _HashingSink:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self._sink.write(data)


def _write(
    connection: Connection,
    archive: ArchiveWriter,
    signed: StoredCheckpoint,
    log_key: VerifierKey,
    permits: DisclosurePermit | None,
) -> int:
    """Write all files and return the number of disclosures."""
    manifest: list[ManifestFile] = []
    disclosures = 0
    for path, data in _files(connection, signed, log_key, permits):
        archive.add(path, data)
        manifest.append(ManifestFile.of(path, data))
        if path.startswith("disclosures/"):
            disclosures += data.count(b"\n")
    archive.add(MANIFEST_PATH, format_manifest(log_key.name, signed.size, manifest))
    archive.finish()
    return disclosures


def _files(
    connection: Connection, signed: StoredCheckpoint, log_key: VerifierKey, permits: DisclosurePermit | None
) -> Iterator[tuple[str, bytes]]:
    store = TreeStore(connection)
    yield CHECKPOINT_PATH, signed.note + _cosignatures(connection, signed.size)
    yield LOG_KEY_PATH, f"{log_key.format()}\n".encode()
    for tile in tile_files(signed.size):
        start = tile.n * TILE_WIDTH
        yield tile.path, b"".join(store.hashes(int(tile.level), start, start + tile.width))
    for file in entry_files(signed.size):
        yield file.path, format_entries(store.entries(file.n * TILE_WIDTH, file.n * TILE_WIDTH + file.width))
    if permits is None:
        return
    for file in entry_files(signed.size):
        start = file.n * TILE_WIDTH
        if lines := b"".join(_disclosure_lines(connection, range(start, start + file.width), permits)):
            yield disclosure_path(file.n), lines


def _cosignatures(connection: Connection, size: int) -> bytes:
    query = select(audit_cosignature.c.line).where(audit_cosignature.c.size == size)
    return "".join(connection.scalars(query.order_by(audit_cosignature.c.witness))).encode()


def _disclosure_lines(connection: Connection, indexes: range, permits: DisclosurePermit) -> Iterator[bytes]:
    columns = audit_disclosure.c
    query = select(columns.idx, columns.field, columns.disclosure, audit_leaf.c.entry).join(audit_leaf)
    query = query.where(columns.idx >= indexes.start, columns.idx < indexes.stop).order_by(columns.idx)
    for _, rows in groupby(connection.execute(query), key=lambda row: row.idx):
        disclosures = sorted(rows, key=lambda row: str(row.field))
        leaf = parse_leaf(disclosures[0].entry)
        for row in disclosures:
            if permits(leaf, PersonalField(row.field)):
                yield format_disclosure_line(row.idx, row.disclosure)
