"""Exports selected entries of a shard as one file that proves, offline and by itself, that they were logged."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Engine, select

from gateway.log.bundle_rows import DisclosurePermit, NothingSignedError, permitted_disclosures, read_head
from gateway.log.bundle_writer import ExportedBundle
from gateway.log.evidence_format import EvidenceEntry, EvidenceError, build_evidence
from gateway.log.stored_zip import Sink
from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from keys.crypto.merkle import prove_inclusion
from keys.crypto.note_key import VerifierKey

__all__ = ["DisclosurePermit", "EvidenceError", "ExportedBundle", "NothingSignedError", "export_evidence"]


def export_evidence(
    engine: Engine,
    shard: int,
    indexes: Iterable[int],
    sink: Sink,
    log_key: VerifierKey,
    permits: DisclosurePermit | None = None,
) -> ExportedBundle:
    """Write the evidence bundle of the entries at `indexes` of a shard; without `permits` it holds no disclosure.

    `log_key` bears the log's name; the bundle states the one of the shard. The checkpoint is the one of `read_head`.
    The caller logs the export (`audit.export`, with
    `ExportedBundle.content` and `.entries`) before the file leaves.

    Raises:
        NothingSignedError: the shard has no checkpoint.
        EvidenceError: nothing was selected, too much, or an entry that is not in the signed log.
        LogDamagedError: rows are missing.
        ArchiveError: the entries are too large for one bundle.
    """
    selected = sorted(set(indexes))
    if not selected or selected[0] < 0:
        raise EvidenceError("没有选中条目 / no entry was selected")
    with read_transaction(engine) as connection:
        signed = read_head(connection, shard, log_key, selected[-1] + 1)
        if selected[-1] >= signed.size:
            raise EvidenceError("所选条目尚未签入检查点 / an entry is not in the signed log yet")
        return build_evidence(sink, signed.head, _entries(connection, shard, selected, signed.size, permits))


def _entries(
    connection: Connection, shard: int, indexes: list[int], size: int, permits: DisclosurePermit | None
) -> Iterator[EvidenceEntry]:
    store = TreeStore(connection, shard)
    for index in indexes:
        entry = connection.scalar(
            select(audit_leaf.c.entry).where(audit_leaf.c.shard == shard, audit_leaf.c.idx == index)
        )
        if entry is None:
            raise LogDamagedError(f"entry {index} of {shard} is missing")
        path = prove_inclusion(index, size, store.subtree)
        disclosures: list[str] = []
        if permits is not None:
            found = permitted_disclosures(connection, shard, range(index, index + 1), permits)
            disclosures = [disclosure for _, disclosure in found]
        yield EvidenceEntry(index, entry, path, disclosures)
