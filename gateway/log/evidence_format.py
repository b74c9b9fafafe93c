"""Evidence of selected entries: which files such a bundle holds, and what each of them looks like.

    checkpoint                    signed note (C2SP tlog-checkpoint), cosignatures behind it
    log.vkey                      the shard's verifier key
    policy                        witness policy (C2SP tlog-policy)
    entries/<idx>                 the bytes of the entry, verbatim
    proofs/<idx>.tlog-proof       its inclusion proof (C2SP tlog-proof), with the same checkpoint
    disclosures/<idx>.jsonl       its permitted disclosures, where there are any
    manifest.json                 names, sizes and SHA-256 of all files above

The files stand in this order in a `stored_zip`, entry by entry, by rising index. The checkpoint vouches for each proof,
the proof for its entry, the entry for its disclosures; the manifest is for people and must be what follows.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.log.bundle_format import BundleKind, format_disclosure_line
from gateway.log.bundle_writer import BundleHead, BundleWriter, ExportedBundle
from gateway.log.stored_zip import Sink
from keys.crypto.cosigning import format_hash_line

MAX_EVIDENCE_ENTRIES: Final = 10_000
ENTRY_FOLDER: Final = "entries/"
PROOF_FOLDER: Final = "proofs/"
PROOF_FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"

_ENTRY_PATH: Final = re.compile(r"entries/(0|[1-9][0-9]{0,18})")


class EvidenceError(ValueError):
    """What was selected can't be handed out as evidence: nothing, too much, or not in the signed log."""


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One entry to hand out.

    Attributes:
        index: its place in the shard.
        entry: its bytes, verbatim.
        path: its audit path in the tree of the checkpoint, 32-byte hashes, its sibling first.
        disclosures: those that the reader may have, by field name.
    """

    index: int
    entry: bytes
    path: Sequence[bytes]
    disclosures: Sequence[str] = field(default=(), repr=False)


def entry_path(index: int) -> str:
    """Return the path of an entry's bytes."""
    return f"{ENTRY_FOLDER}{index}"


def proof_path(index: int) -> str:
    """Return the path of an entry's proof."""
    return f"{PROOF_FOLDER}{index}.tlog-proof"


def entry_disclosure_path(index: int) -> str:
    """Return the path of an entry's disclosures."""
    return f"disclosures/{index}.jsonl"


def index_of_path(path: str) -> int | None:
    """Return the index of the entry whose bytes have this path, or None."""
    matched = _ENTRY_PATH.fullmatch(path)
    return int(matched[1]) if matched else None


def format_proof(index: int, path: Iterable[bytes], checkpoint: bytes) -> bytes:
    """Return a proof file (C2SP tlog-proof): without extra data, which nothing would vouch for."""
    hashes = "".join(format_hash_line(sibling) for sibling in path)
    return f"{PROOF_FIRST_LINE}\nindex {index}\n{hashes}\n".encode() + checkpoint


def build_evidence(sink: Sink, head: BundleHead, entries: Iterable[EvidenceEntry]) -> ExportedBundle:
    """Write the bundle of `entries`, which come by rising index; the same ones always give the same bytes.

    Raises:
        EvidenceError: there are no entries or more than `MAX_EVIDENCE_ENTRIES`.
        ArchiveError: they are too large for one bundle.
    """
    writer = BundleWriter(sink, BundleKind.EVIDENCE, head)
    count = disclosures = 0
    for entry in entries:
        count += 1
        if count > MAX_EVIDENCE_ENTRIES:
            raise EvidenceError(f"所选条目过多 / more than {MAX_EVIDENCE_ENTRIES} entries")
        writer.add(entry_path(entry.index), entry.entry)
        writer.add(proof_path(entry.index), format_proof(entry.index, entry.path, head.checkpoint))
        if entry.disclosures:
            lines = [format_disclosure_line(entry.index, disclosure) for disclosure in entry.disclosures]
            writer.add(entry_disclosure_path(entry.index), b"".join(lines))
            disclosures += len(lines)
    if not count:
        raise EvidenceError("没有选中条目 / no entry was selected")
    return writer.finish(count, disclosures)
