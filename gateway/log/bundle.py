"""Exports a shard of the log up to its checkpoint as one file that can be verified offline."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine

from gateway.log.bundle_format import (
    BundleKind,
    disclosure_path,
    entry_files,
    format_disclosure_line,
    format_entries,
    tile_files,
)
from gateway.log.bundle_rows import DisclosurePermit, NothingSignedError, permitted_disclosures, read_head
from gateway.log.bundle_writer import BundleWriter, ExportedBundle
from gateway.log.checkpoints import find_latest_checkpoint
from gateway.log.stored_zip import Sink
from gateway.log.tiles import TILE_WIDTH
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import read_transaction
from keys.crypto.note_key import VerifierKey

__all__ = ["DisclosurePermit", "ExportedBundle", "NothingSignedError", "export_bundle"]


def export_bundle(
    engine: Engine,
    sink: Sink,
    log_key: VerifierKey,
    permits: DisclosurePermit | None = None,
    *,
    shard: int | None = None,
) -> ExportedBundle:
    """Write the bundle of a shard to `sink`, of the newest one if none is named; without `permits` no disclosure.

    `log_key` bears the log's name; the bundle states the one of the shard. The checkpoint is the one of `read_head`.
    One log and one permit always give the same bytes.

    Raises:
        NothingSignedError: there is no checkpoint.
        LogDamagedError: rows are missing.
        ArchiveError: the shard is too large for one bundle (`MAX_ARCHIVE_BYTES`).
    """
    with read_transaction(engine) as connection:
        chosen = _newest_shard(connection) if shard is None else shard
        signed = read_head(connection, chosen, log_key)
        writer = BundleWriter(sink, BundleKind.LOG, signed.head)
        for path, data in _tree_files(TreeStore(connection, chosen), signed.size):
            writer.add(path, data)
        disclosures = 0
        if permits is not None:
            disclosures = _add_disclosures(connection, writer, chosen, signed.size, permits)
        return writer.finish(signed.size, disclosures)


def _newest_shard(connection: Connection) -> int:
    signed = find_latest_checkpoint(connection)
    if signed is None:
        raise NothingSignedError("日志尚无检查点 / the log has no checkpoint yet")
    return signed.shard


def _tree_files(store: TreeStore, size: int) -> Iterator[tuple[str, bytes]]:
    for tile in tile_files(size):
        start = tile.n * TILE_WIDTH
        yield tile.path, b"".join(store.hashes(int(tile.level), start, start + tile.width))
    for file in entry_files(size):
        start = file.n * TILE_WIDTH
        yield file.path, format_entries(store.entries(start, start + file.width))


def _add_disclosures(
    connection: Connection, writer: BundleWriter, shard: int, size: int, permits: DisclosurePermit
) -> int:
    """Add the files of disclosures and return the number of their lines."""
    count = 0
    for file in entry_files(size):
        start = file.n * TILE_WIDTH
        found = permitted_disclosures(connection, shard, range(start, start + file.width), permits)
        if lines := [format_disclosure_line(index, disclosure) for index, disclosure in found]:
            writer.add(disclosure_path(file.n), b"".join(lines))
            count += len(lines)
    return count
