"""Verifies an exported log offline, from its bytes and the keys that one trusts; nothing else is needed.

The steps, in this order; the first that fails names the place:

1. the size; the archive's form, so that each byte belongs to a file or follows from one;
2. the checkpoint's signature by a trusted log key, and that key beside it;
3. the files: exactly those of a log of the signed size;
4. the hashes: they lead to the signed root;
5. the entries: each has its hash, is in its one form and of this log;
6. the disclosures: each belongs to its entry;
7. the manifest and the archive's checksums: they follow from the files.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gateway.log.bundle_contents import verify_disclosures, verify_entries, verify_hashes
from gateway.log.bundle_errors import BundleError, BundleFault, Place
from gateway.log.bundle_files import BundleFiles
from gateway.log.bundle_format import CHECKPOINT_PATH, LOG_KEY_PATH, MANIFEST_PATH
from gateway.log.stored_zip import MAX_ARCHIVE_BYTES
from keys.crypto.checkpoint import Checkpoint, parse_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.note import VerifiedNote, parse_note, verify_note
from keys.crypto.note_key import SignatureType, VerifierKey

__all__ = ["BundleError", "BundleFault", "Place", "VerifiedBundle", "verify_bundle"]


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """What a bundle proves: the log's origin, its size and 32-byte root, and which trusted keys signed them.

    `disclosures` is their number. `unknown_signatures` counts lines of the checkpoint by keys that are not trusted:
    witnesses one does not know. They prove nothing.
    """

    origin: str
    size: int
    root_hash: bytes
    signers: tuple[str, ...]
    disclosures: int
    unknown_signatures: int


def verify_bundle(source: bytes | Path, trusted_keys: Iterable[VerifierKey]) -> VerifiedBundle:
    """Return what the bundle in `source` proves. `trusted_keys` are the log's and, where known, its witnesses'.

    Raises:
        BundleError: it does not verify; `code` says what, `where` the place.
        InvalidInputError: two of the trusted keys are one.
        OSError: the file can't be read.
    """
    if isinstance(source, bytes):
        return _verify(io.BytesIO(source), len(source), list(trusted_keys))
    with source.open("rb") as file:
        return _verify(file, source.stat().st_size, list(trusted_keys))


def _verify(source: BinaryIO, size: int, trusted_keys: list[VerifierKey]) -> VerifiedBundle:
    if size > MAX_ARCHIVE_BYTES:
        raise BundleError(BundleFault.TOO_LARGE, Place("."))
    files = BundleFiles(source, size)
    checkpoint, note, signatures = _verify_checkpoint(files, trusted_keys)
    files.require_files_of(checkpoint.size)
    hashes = verify_hashes(files, checkpoint)
    disclosures = 0
    for entry_file, leaves in verify_entries(files, checkpoint, hashes):
        disclosures += verify_disclosures(files, entry_file, leaves)
    files.require_manifest(MANIFEST_PATH, checkpoint)
    return VerifiedBundle(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root_hash=checkpoint.root_hash,
        signers=tuple(signature.key.name for signature in note.signatures),
        disclosures=disclosures,
        unknown_signatures=signatures - len(note.signatures),
    )


def _verify_checkpoint(files: BundleFiles, trusted_keys: list[VerifierKey]) -> tuple[Checkpoint, VerifiedNote, int]:
    """Return the checkpoint, its verified signatures and the number of all."""
    data = files.read(CHECKPOINT_PATH)
    try:
        note = verify_note(data, trusted_keys)
        checkpoint = parse_checkpoint(note.text)
        count = len(parse_note(data).signatures)
    except NoteError:
        raise BundleError(BundleFault.CHECKPOINT, Place(CHECKPOINT_PATH)) from None
    log_keys = [
        signature.key
        for signature in note.signatures
        if signature.key.signature_type is SignatureType.LOG and signature.key.name == checkpoint.origin
    ]
    if not log_keys:
        raise BundleError(BundleFault.CHECKPOINT, Place(CHECKPOINT_PATH))
    if files.read(LOG_KEY_PATH) not in {f"{key.format()}\n".encode() for key in log_keys}:
        raise BundleError(BundleFault.LOG_KEY, Place(LOG_KEY_PATH))
    return checkpoint, note, count
