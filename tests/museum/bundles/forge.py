"""Bundles written by hand: any entries, any files, signed with the real keys or with others."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.log.bundle_format import (
    BundleKind,
    ManifestFile,
    disclosure_path,
    entry_files,
    format_disclosure_line,
    format_entries,
    format_log_key,
    format_manifest,
    tile_files,
)
from gateway.log.bundle_policy import policy_of_shard
from gateway.log.evidence_format import entry_disclosure_path, entry_path, format_proof, proof_path
from gateway.log.stored_zip import ArchiveWriter
from gateway.log.tiles import TILE_HEIGHT, TILE_WIDTH, fold
from keys.crypto.checkpoint import Checkpoint, format_checkpoint
from keys.crypto.merkle import leaf_hash, prove_inclusion, root_from_subtrees
from keys.crypto.note import Cosigner, Note, NoteSigner, sign_note
from keys.crypto.witness_policy import PolicyWitness, compose_policy
from keys.crypto.witness_policy_format import format_policy
from tests.audit_log import LOG_SIGNER, NOW, ORIGIN

Files = dict[str, bytes]
Disclosures = Mapping[int, Sequence[str]]

WITNESSES = tuple(
    Cosigner(f"agency-{name}.example/witness", bytes([seed]) * 32) for seed, name in enumerate("abc", start=2)
)
STRANGER = Cosigner("stranger.example/witness", b"\x08" * 32)
POLICY = compose_policy([PolicyWitness(f"w{n}", witness.verifier_key) for n, witness in enumerate(WITNESSES)])


def unpack(bundle: bytes) -> Files:
    """Return the files of a bundle by path, in their order."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of these files."""
    return pack_members(files.items())


def pack_members(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the archive of these members, in this order, however often each stands there."""
    sink = io.BytesIO()
    archive = ArchiveWriter(sink)
    for path, data in members:
        archive.add(path, data)
    archive.finish()
    return sink.getvalue()


def described(files: Mapping[str, bytes], size: int) -> Files:
    """Return the files with the manifest that fits them, so that nothing is wrong but what they say."""
    others = {path: data for path, data in files.items() if path != "manifest.json"}
    kind = BundleKind.EVIDENCE if any(path.startswith("entries/") for path in others) else BundleKind.LOG
    manifest = format_manifest(kind, ORIGIN, size, [ManifestFile.of(path, data) for path, data in others.items()])
    return others | {"manifest.json": manifest}


class Tree:
    """The tree over some entries, whatever they are."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.entries = list(entries)
        self.size = len(entries)
        self._hashes = [leaf_hash(entry) for entry in entries]

    def subtree(self, start: int, end: int) -> bytes:
        return fold(self._hashes[start:end])

    def checkpoint(self, origin: str = ORIGIN) -> Checkpoint:
        return Checkpoint(origin, self.size, root_from_subtrees(self.size, self.subtree))

    def tile(self, level: int, n: int, width: int) -> bytes:
        span = 1 << TILE_HEIGHT * level
        first = n * TILE_WIDTH
        return b"".join(self.subtree(i * span, (i + 1) * span) for i in range(first, first + width))


def signed(
    checkpoint: Checkpoint,
    signer: NoteSigner = LOG_SIGNER,
    witnesses: Sequence[Cosigner] = WITNESSES[:2],
    at: datetime = NOW,
) -> bytes:
    """Return the checkpoint, signed and cosigned."""
    return cosigned(sign_note(format_checkpoint(checkpoint), signer), witnesses, at)


def cosigned(note: bytes, witnesses: Sequence[Cosigner], at: datetime = NOW) -> bytes:
    """Return a note with a line of each witness behind its own."""
    text = note[: note.rfind(b"\n\n") + 1]
    return note + b"".join(witness.cosign(text, at).format().encode() for witness in witnesses)


def relabelled(note: bytes, old: Cosigner, new: Cosigner) -> bytes:
    """Return a note in which one witness's line is told under the name and key id of another."""
    text, lines = note[: note.rfind(b"\n\n") + 1], []
    line = old.cosign(text, NOW)
    lines.append(replace(line, name=new.verifier_key.name, key_id=new.verifier_key.key_id))
    return note + Note(text, tuple(lines)).format()[len(text) + 1 :]


def head(note: bytes) -> Files:
    """Return the files that every bundle begins with."""
    key = LOG_SIGNER.verifier_key
    policy = format_policy(policy_of_shard(POLICY, key))
    return {"checkpoint": note, "log.vkey": format_log_key(key), "policy": policy}


def log_of(entries: Sequence[bytes], disclosures: Disclosures | None = None) -> Files:
    """Return the files of the whole log of these entries."""
    tree = Tree(entries)
    files = head(signed(tree.checkpoint()))
    files |= {tile.path: tree.tile(int(tile.level), tile.n, tile.width) for tile in tile_files(tree.size)}
    for file in entry_files(tree.size):
        start = file.n * TILE_WIDTH
        files[file.path] = format_entries(tree.entries[start : start + file.width])
    for file in entry_files(tree.size):
        indexes = range(file.n * TILE_WIDTH, file.n * TILE_WIDTH + file.width)
        lines = [
            format_disclosure_line(index, text) for index in indexes for text in (disclosures or {}).get(index, ())
        ]
        if lines:
            files[disclosure_path(file.n)] = b"".join(lines)
    return described(files, tree.size)


def evidence_of(entries: Sequence[bytes], indexes: Iterable[int], disclosures: Disclosures | None = None) -> Files:
    """Return the files of the evidence of some of these entries."""
    tree = Tree(entries)
    note = signed(tree.checkpoint())
    files = head(note)
    for index in indexes:
        files[entry_path(index)] = tree.entries[index]
        files[proof_path(index)] = proof_of(tree, index, note)
        if texts := (disclosures or {}).get(index, ()):
            files[entry_disclosure_path(index)] = b"".join(format_disclosure_line(index, text) for text in texts)
    return described(files, tree.size)


def proof_of(tree: Tree, index: int, note: bytes) -> bytes:
    """Return the proof file of an entry."""
    return format_proof(index, prove_inclusion(index, tree.size, tree.subtree), note)
