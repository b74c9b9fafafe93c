"""The files of a bundle, each read within its limit and remembered for the manifest."""

import zlib
from collections.abc import Sequence
from itertools import zip_longest
from typing import BinaryIO, Final

from gateway.log.bundle_errors import BundleError, BundleFault, Place
from gateway.log.bundle_format import (
    CHECKPOINT_PATH,
    LOG_KEY_PATH,
    MANIFEST_PATH,
    POLICY_PATH,
    BundleKind,
    ManifestFile,
    format_manifest,
)
from gateway.log.evidence_format import ENTRY_FOLDER, PROOF_FOLDER
from gateway.log.leaf import MAX_ENTRY_BYTES
from gateway.log.stored_zip import ArchiveError, StoredArchive
from gateway.log.tiles import HASH_BYTES, TILE_WIDTH
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.note import MAX_NOTE_BYTES
from keys.crypto.note_key import MAX_VERIFIER_KEY_CHARACTERS
from keys.crypto.witness_policy_format import MAX_POLICY_BYTES

MAX_ENTRY_FILE_BYTES: Final = TILE_WIDTH * (2 + MAX_ENTRY_BYTES)
MAX_DISCLOSURE_FILE_BYTES: Final = 2**26
MAX_MANIFEST_BYTES: Final = 2**24
MAX_STATED_SIZE: Final = 2**53 - 1  # RFC 8785 knows no larger integer, so no manifest states one
MAX_PROOF_BYTES: Final = MAX_NOTE_BYTES + 2**12

_LIMITS: Final = {
    CHECKPOINT_PATH: MAX_NOTE_BYTES,
    LOG_KEY_PATH: MAX_VERIFIER_KEY_CHARACTERS + 1,
    POLICY_PATH: MAX_POLICY_BYTES,
    MANIFEST_PATH: MAX_MANIFEST_BYTES,
}


class BundleFiles:
    """The files of one bundle by path.

    Raises:
        BundleError: the archive is not in its one form.
    """

    def __init__(self, source: BinaryIO, size: int) -> None:
        try:
            self._archive = StoredArchive(source, size)
        except ArchiveError as error:
            raise BundleError(BundleFault.ARCHIVE, Place(".", error.offset)) from None
        self._members = {member.name: member for member in self._archive.members}
        self._read: dict[str, ManifestFile] = {}
        self._crcs: dict[str, int] = {}

    @property
    def paths(self) -> list[str]:
        """The paths of all files, in their order."""
        return [member.name for member in self._archive.members]

    def __contains__(self, path: str) -> bool:
        return path in self._members

    def read(self, path: str) -> bytes:
        """Return a file's content.

        Raises:
            BundleError: it is not there or larger than a file of its kind may be.
        """
        member = self._members.get(path)
        if member is None:
            raise BundleError(BundleFault.FILE_MISSING, Place(path))
        if member.size > _limit(path):
            raise BundleError(BundleFault.FILE_SIZE, Place(path))
        data = self._archive.read(member)
        self._read[path] = ManifestFile.of(path, data)
        self._crcs[path] = zlib.crc32(data)
        return data

    def require_exactly(self, expected: Sequence[str]) -> None:
        """Check that the files are the expected ones, each once and in order.

        Raises:
            BundleError: names the first that is missing or has no place here.
        """
        for path in expected:
            if path not in self:
                raise BundleError(BundleFault.FILE_MISSING, Place(path))
        for wanted, given in zip_longest(expected, self.paths):
            if wanted != given:
                raise BundleError(BundleFault.FILE_UNEXPECTED, Place(given))

    def require_manifest(self, kind: BundleKind, checkpoint: Checkpoint) -> None:
        """Check, after all other files were read, that the manifest and the archive's checksums follow from them.

        Raises:
            BundleError: they do not.
        """
        if checkpoint.size > MAX_STATED_SIZE:
            raise BundleError(BundleFault.MANIFEST, Place(MANIFEST_PATH))
        files = [self._read[path] for path in self.paths if path != MANIFEST_PATH]
        if self.read(MANIFEST_PATH) != format_manifest(kind, checkpoint.origin, checkpoint.size, files):
            raise BundleError(BundleFault.MANIFEST, Place(MANIFEST_PATH))
        for member in self._archive.members:
            if self._crcs[member.name] != member.crc:
                raise BundleError(BundleFault.ARCHIVE, Place(member.name))


def _limit(path: str) -> int:
    if path.startswith("tile/entries/"):
        return MAX_ENTRY_FILE_BYTES
    if path.startswith("tile/"):
        return TILE_WIDTH * HASH_BYTES
    if path.startswith(ENTRY_FOLDER):
        return MAX_ENTRY_BYTES
    if path.startswith(PROOF_FOLDER):
        return MAX_PROOF_BYTES
    return _LIMITS.get(path, MAX_DISCLOSURE_FILE_BYTES)
