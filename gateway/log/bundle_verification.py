"""Verifies an exported bundle of either kind offline, from its bytes and what one trusts; nothing else is needed.

The steps, in this order; the first that fails names the place:

1. the size; the archive's form, so that each byte belongs to a file or follows from one;
2. the checkpoint's signature by a trusted log key, that key and the policy beside it, the witnesses;
3. the files: exactly those of a shard of the signed size, or of the selected entries;
4. the hashes (of the tree, or of each proof): they lead to the signed root;
5. the entries: each has its hash, is in its one form and of this log;
6. the disclosures: each belongs to its entry;
7. the manifest and the archive's checksums: they follow from the files.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from gateway.log.bundle_contents import verify_disclosures, verify_entries, verify_hashes
from gateway.log.bundle_errors import BundleError, BundleFault, Place
from gateway.log.bundle_files import BundleFiles
from gateway.log.bundle_format import HEAD_PATHS, MANIFEST_PATH, BundleKind, disclosure_path, entry_files, tile_files
from gateway.log.bundle_trust import Trust, VerifiedHead, verify_head
from gateway.log.evidence_contents import require_evidence_files, verify_evidence_entry
from gateway.log.evidence_format import ENTRY_FOLDER
from gateway.log.stored_zip import MAX_ARCHIVE_BYTES
from gateway.log.tiles import TILE_WIDTH
from keys.crypto.note_key import VerifierKey
from keys.crypto.witness_policy import WitnessPolicy

__all__ = ["BundleError", "BundleFault", "BundleKind", "Place", "VerifiedBundle", "verify_bundle"]

Progress = Callable[[int, int], None]
"""Told how many entries have been verified, and of how many."""


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """What a bundle proves.

    Attributes:
        kind: a whole shard, or evidence of selected entries.
        origin: the shard's origin.
        size: the number of entries that the checkpoint is over.
        root_hash: its 32-byte root.
        entries: number of entries in the bundle.
        disclosures: number of disclosures in it.
        signers: names of the trusted keys that signed, the log's among them.
        witnesses: when each trusted witness cosigned, by the name of its key.
        has_quorum: whether they suffice; None where no trusted policy was given.
        unknown_signatures: lines of the checkpoint by keys that are not trusted: they prove nothing.
    """

    kind: BundleKind
    origin: str
    size: int
    root_hash: bytes
    entries: int
    disclosures: int
    signers: tuple[str, ...]
    witnesses: Mapping[str, datetime]
    has_quorum: bool | None
    unknown_signatures: int


def verify_bundle(
    source: bytes | Path,
    trusted_keys: Iterable[VerifierKey],
    *,
    policy: WitnessPolicy | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> VerifiedBundle:
    """Return what the bundle in `source` proves to who trusts the keys and the policy (see `Trust`).

    Raises:
        BundleError: it does not verify; `code` says what, `where` the place.
        InvalidInputError: two of the trusted keys are one.
        OSError: the file can't be read.
    """
    trust = Trust(tuple(trusted_keys), policy, now)
    tell = progress or _nobody
    if isinstance(source, bytes):
        return _verify(io.BytesIO(source), len(source), trust, tell)
    with source.open("rb") as file:
        return _verify(file, source.stat().st_size, trust, tell)


def _nobody(_done: int, _total: int) -> None:
    """Tell nobody."""


def _verify(source: BinaryIO, size: int, trust: Trust, progress: Progress) -> VerifiedBundle:
    if size > MAX_ARCHIVE_BYTES:
        raise BundleError(BundleFault.TOO_LARGE, Place("."))
    files = BundleFiles(source, size)
    head = verify_head(files, trust)
    evidence = any(path.startswith(ENTRY_FOLDER) for path in files.paths)
    kind = BundleKind.EVIDENCE if evidence else BundleKind.LOG
    entries, disclosures = (_verify_evidence if evidence else _verify_log)(files, head, progress)
    files.require_manifest(kind, head.checkpoint)
    return VerifiedBundle(
        kind=kind,
        origin=head.checkpoint.origin,
        size=head.checkpoint.size,
        root_hash=head.checkpoint.root_hash,
        entries=entries,
        disclosures=disclosures,
        signers=head.signers,
        witnesses=head.witnesses,
        has_quorum=head.has_quorum,
        unknown_signatures=head.unknown_signatures,
    )


def _verify_log(files: BundleFiles, head: VerifiedHead, progress: Progress) -> tuple[int, int]:
    """Return the numbers of entries and disclosures of a whole shard."""
    checkpoint = head.checkpoint
    _require_log_files(files, checkpoint.size)
    hashes = verify_hashes(files, checkpoint)
    disclosures = done = 0
    for file, leaves in verify_entries(files, checkpoint, hashes):
        disclosures += verify_disclosures(files, disclosure_path(file.n), file.n * TILE_WIDTH, leaves)
        done += len(leaves)
        progress(done, checkpoint.size)
    return done, disclosures


def _require_log_files(files: BundleFiles, size: int) -> None:
    if size > len(files.paths) * TILE_WIDTH:  # however large a size was signed, no more is listed than is there
        raise BundleError(BundleFault.FILE_MISSING, Place("tile"))
    entries = list(entry_files(size))
    disclosures = [path for path in (disclosure_path(file.n) for file in entries) if path in files]
    tree = [file.path for file in (*tile_files(size), *entries)]
    files.require_exactly([*HEAD_PATHS, *tree, *disclosures, MANIFEST_PATH])


def _verify_evidence(files: BundleFiles, head: VerifiedHead, progress: Progress) -> tuple[int, int]:
    """Return the numbers of entries and disclosures of selected entries."""
    indexes = require_evidence_files(files)
    disclosures = 0
    for done, index in enumerate(indexes, start=1):
        disclosures += verify_evidence_entry(files, head, index)
        progress(done, len(indexes))
    return len(indexes), disclosures
