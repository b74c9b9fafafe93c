"""What the files of an evidence bundle state, checked from the signed root: proofs, entries, disclosures."""

from gateway.log.bundle_contents import parse_entry, verify_disclosures
from gateway.log.bundle_errors import BundleError, BundleFault, Place
from gateway.log.bundle_files import BundleFiles
from gateway.log.bundle_format import HEAD_PATHS, MANIFEST_PATH
from gateway.log.bundle_trust import VerifiedHead
from gateway.log.evidence_format import (
    ENTRY_FOLDER,
    entry_disclosure_path,
    entry_path,
    format_proof,
    index_of_path,
    proof_path,
)
from keys.crypto.cosigning import parse_hash_line
from keys.crypto.errors import NoteError, ProofError
from keys.crypto.merkle import leaf_hash, verify_inclusion


def require_evidence_files(files: BundleFiles) -> list[int]:
    """Return the indexes of the entries, after the files were found to be theirs, each once and in order.

    Raises:
        BundleError: names the first file that is missing or has no place here.
    """
    indexes: list[int] = []
    for path in files.paths:
        if path.startswith(ENTRY_FOLDER):
            index = index_of_path(path)
            if index is None or (indexes and index <= indexes[-1]):
                raise BundleError(BundleFault.FILE_UNEXPECTED, Place(path))
            indexes.append(index)
    expected = [*HEAD_PATHS]
    for index in indexes:
        expected += [entry_path(index), proof_path(index)]
        expected += [path for path in (entry_disclosure_path(index),) if path in files]
    files.require_exactly([*expected, MANIFEST_PATH])
    return indexes


def verify_evidence_entry(files: BundleFiles, head: VerifiedHead, index: int) -> int:
    """Return the number of an entry's disclosures, after all its files were verified.

    Raises:
        BundleError: names the file that does not verify.
    """
    place = Place(entry_path(index), entry=index)
    entry = files.read(place.file)
    siblings = _read_proof(files, head, index)
    checkpoint = head.checkpoint
    try:
        verify_inclusion(leaf_hash(entry), index, checkpoint.size, siblings, checkpoint.root_hash)
    except ProofError:
        raise BundleError(BundleFault.NOT_INCLUDED, place) from None
    leaf = parse_entry(entry, checkpoint.origin, place)
    return verify_disclosures(files, entry_disclosure_path(index), index, [leaf])


def _read_proof(files: BundleFiles, head: VerifiedHead, index: int) -> list[bytes]:
    """Return the hashes of an entry's proof, which is in its one form and has the bundle's own checkpoint."""
    place = Place(proof_path(index), entry=index)
    data = files.read(place.file)
    try:
        lines = data.partition(b"\n\n")[0].decode("ascii").split("\n")[2:]
        siblings = [parse_hash_line(f"{line}\n") for line in lines]
    except (UnicodeDecodeError, NoteError):
        raise BundleError(BundleFault.PROOF, place) from None
    if format_proof(index, siblings, head.note) != data or len(siblings) != _path_length(index, head.checkpoint.size):
        raise BundleError(BundleFault.PROOF, place)
    return siblings


def _path_length(index: int, size: int) -> int | None:
    """Return the number of hashes in a leaf's audit path (RFC 9162 section 2.1.3.1), or None for no such leaf."""
    if index >= size:
        return None
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()
