"""Makes the file of an export: a nameless temporary one, gone as soon as it is closed."""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO, Final

from sqlalchemy import Connection

from gateway.domain.export_limits import ExportFormat
from gateway.log.bundle_rows import SignedHead, read_head
from gateway.log.evidence import export_evidence
from gateway.log.evidence_format import format_proof
from gateway.log.logged_entry import LoggedEntry
from gateway.log.tiles import TILE_HEIGHT, TILE_WIDTH, fold
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import read_transaction
from gateway.reports.entry_csv import write_csv
from gateway.reports.entry_lines import ProofOf, write_entry_lines, write_ocsf_lines
from gateway.services.agency_names import agency_names
from gateway.services.context import Gateway
from gateway.services.log_key import log_signer
from gateway.services.sign_log import sign_log
from keys.crypto.merkle import prove_inclusion
from keys.crypto.note_key import VerifierKey
from schemas.base64url import encode_base64url

_MEDIA_TYPES: Final = {
    ExportFormat.XLSX: ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ExportFormat.CSV: ("csv", "text/csv; charset=utf-8"),
    ExportFormat.JSONL: ("jsonl", "application/jsonl"),
    ExportFormat.OCSF: ("ocsf.jsonl", "application/jsonl"),
    ExportFormat.EVIDENCE: ("evidence.zip", "application/zip"),
}


class SeveralYearsError(ValueError):
    """Evidence is proved against one year's tree, and entries of several were chosen."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file on its way out. `content` is the digest of its bytes (`schemas.formats.Digest`); close `stream`."""

    stream: BinaryIO
    name: str
    media_type: str
    records: int
    content: str


def make_file(gateway: Gateway, entries: Sequence[LoggedEntry], form: ExportFormat, query: str) -> ExportedFile:
    """Write the entries into a temporary file, in the order of the log; no personal field is in it.

    Raises:
        SeveralYearsError: evidence of more than one year.
        LeafError, LogDamagedError: the log is not what it should be.
    """
    if form is ExportFormat.EVIDENCE and len({entry.shard for entry in entries}) != 1:
        raise SeveralYearsError("证据包只能含一个年度的条目 / evidence is of one year")
    suffix, media_type = _MEDIA_TYPES[form]
    stream = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        _write(gateway, stream, entries, form, query)
        stream.seek(0)
        content = encode_base64url(hashlib.file_digest(stream, "sha256").digest())
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    name = f"tongxin-log-{gateway.now():%Y%m%d-%H%M%S}.{suffix}"
    return ExportedFile(stream, name, media_type, len(entries), content)


def _write(gateway: Gateway, stream: BinaryIO, entries: Sequence[LoggedEntry], form: ExportFormat, query: str) -> None:
    match form:
        case ExportFormat.XLSX:
            from gateway.reports.entry_workbook import write_workbook  # so that gateways start without it

            write_workbook(stream, entries, agency_names(gateway), query, gateway.now())
        case ExportFormat.CSV:
            write_csv(stream, entries, agency_names(gateway))
        case ExportFormat.JSONL | ExportFormat.OCSF:
            write = write_entry_lines if form is ExportFormat.JSONL else write_ocsf_lines
            sign_log(gateway)
            with read_transaction(gateway.engine) as connection:
                write(stream, entries, _prover(gateway, connection))
        case ExportFormat.EVIDENCE:
            sign_log(gateway)
            indexes = [entry.index for entry in entries]
            export_evidence(gateway.engine, entries[0].shard, indexes, stream, _log_key(gateway))


def _prover(gateway: Gateway, connection: Connection) -> ProofOf:
    """Return what proves entries; the checkpoint and the inner hashes of each year are read once for all of them."""

    @cache
    def read_tree(shard: int) -> tuple[SignedHead, Callable[[int, int], bytes]]:
        store = TreeStore(connection, shard)
        size = store.size()
        return read_head(connection, shard, _log_key(gateway), at_least=size), _tile_by_tile(store, size)

    def prove(entry: LoggedEntry) -> str | None:
        head, subtree = read_tree(entry.shard)
        if entry.index >= head.size:
            return None
        path = prove_inclusion(entry.index, head.size, subtree)
        return format_proof(entry.index, path, head.head.checkpoint).decode()

    return prove


def _tile_by_tile(store: TreeStore, size: int) -> Callable[[int, int], bytes]:
    """Return the roots of subtrees from tiles that are each read once; many proofs share them."""

    @cache
    def read_tile(level: int, n: int) -> list[bytes]:
        width = size >> (level * TILE_HEIGHT)
        return store.hashes(level, n * TILE_WIDTH, min((n + 1) * TILE_WIDTH, width))

    def subtree(start: int, end: int) -> bytes:
        level = ((end - start).bit_length() - 1) // TILE_HEIGHT
        first, last = start >> (level * TILE_HEIGHT), end >> (level * TILE_HEIGHT)
        n = first // TILE_WIDTH
        return fold(read_tile(level, n)[first - n * TILE_WIDTH : last - n * TILE_WIDTH])

    return cache(subtree)


def _log_key(gateway: Gateway) -> VerifierKey:
    return log_signer(gateway.keys, gateway.settings.log_name, gateway.now()).verifier_key
