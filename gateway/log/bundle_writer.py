"""Writes the files of a bundle one after the other; the manifest at its end follows from them."""

import hashlib
from dataclasses import dataclass

from gateway.log.bundle_format import (
    CHECKPOINT_PATH,
    LOG_KEY_PATH,
    MANIFEST_PATH,
    POLICY_PATH,
    BundleKind,
    ManifestFile,
    format_log_key,
    format_manifest,
)
from gateway.log.stored_zip import ArchiveWriter, Sink
from keys.crypto.checkpoint import parse_checkpoint
from keys.crypto.note import parse_note
from keys.crypto.note_key import VerifierKey
from schemas.base64url import encode_base64url


@dataclass(frozen=True, slots=True)
class BundleHead:
    """What every bundle begins with.

    Attributes:
        checkpoint: the signed note, with the cosignatures behind the log's signature.
        log_key: the shard's verifier key; its name is the checkpoint's origin.
        policy: the witness policy (C2SP tlog-policy) in its one form.
    """

    checkpoint: bytes
    log_key: VerifierKey
    policy: bytes


@dataclass(frozen=True, slots=True)
class ExportedBundle:
    """What a bundle holds, for the event that tells of it.

    Attributes:
        size: number of leaves of the tree that was signed.
        root_hash: its 32-byte root.
        entries: number of entries in the bundle.
        disclosures: number of disclosures in it.
        sha256: the 32-byte digest of the file.
    """

    size: int
    root_hash: bytes
    entries: int
    disclosures: int
    sha256: bytes

    @property
    def content(self) -> str:
        """The digest of the file as events state it (`schemas.formats.Digest`)."""
        return encode_base64url(self.sha256)


class BundleWriter:
    """Writes one bundle to a sink: its head at once, then what is added, then the manifest.

    Raises:
        NoteError: the head's checkpoint is none.
    """

    def __init__(self, sink: Sink, kind: BundleKind, head: BundleHead) -> None:
        self._sink = _HashingSink(sink)
        self._archive = ArchiveWriter(self._sink)
        self._kind = kind
        self._checkpoint = parse_checkpoint(parse_note(head.checkpoint).text)
        self._files: list[ManifestFile] = []
        self.add(CHECKPOINT_PATH, head.checkpoint)
        self.add(LOG_KEY_PATH, format_log_key(head.log_key))
        self.add(POLICY_PATH, head.policy)

    def add(self, path: str, data: bytes) -> None:
        """Add the next file.

        Raises:
            ArchiveError: the bundle would become too large.
        """
        self._archive.add(path, data)
        self._files.append(ManifestFile.of(path, data))

    def finish(self, entries: int, disclosures: int) -> ExportedBundle:
        """Write the manifest and return what the bundle holds, of which the caller kept count."""
        checkpoint = self._checkpoint
        manifest = format_manifest(self._kind, checkpoint.origin, checkpoint.size, self._files)
        self._archive.add(MANIFEST_PATH, manifest)
        self._archive.finish()
        digest = self._sink.digest.digest()
        return ExportedBundle(checkpoint.size, checkpoint.root_hash, entries, disclosures, digest)


class _HashingSink:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self._sink.write(data)
