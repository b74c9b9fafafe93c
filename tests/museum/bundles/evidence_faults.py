"""Faults of evidence: proofs that do not prove, entries that they do not prove, disclosures of none of them."""

from collections.abc import Callable, Mapping

from gateway.log.bundle_errors import BundleFault
from gateway.log.evidence_format import format_proof
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.merkle import leaf_hash, node_hash
from tests.audit_log import ORIGIN
from tests.museum.bundles.exhibits import Exhibit, Kind, Maker, changed, flip, with_files
from tests.museum.bundles.forge import Files, Tree, described, evidence_of, head, pack, proof_of, signed
from tests.museum.bundles.honest import SELECTED, SIZE, Honest
from tests.museum.bundles.signed_entries import (
    BAD_DISCLOSURES,
    BAD_ENTRIES,
    GOOD,
    PLACE,
    UNDECLARED_LINE,
    entry_with_undeclared_digest,
    with_entry,
)

INDEX = SELECTED[1]
ENTRY, PROOF, DISCLOSURES = f"entries/{INDEX}", f"proofs/{INDEX}.tlog-proof", f"disclosures/{INDEX}.jsonl"
FEW_DISCLOSURES = f"disclosures/{PLACE}.jsonl"


def _with(path: str, change: Callable[[bytes], bytes]) -> Maker:
    return lambda honest, of: changed(honest, of, path, change)


def _files(change: Callable[[Honest, Files], Mapping[str, bytes]]) -> Maker:
    def make(honest: Honest, of: Kind) -> bytes:
        return pack(described(change(honest, dict(honest.evidence_files)), SIZE))

    return make


def _renamed(names: Mapping[str, str]) -> Maker:
    return _files(lambda _honest, files: {names.get(path, path): data for path, data in files.items()})


def _without(*paths: str) -> Maker:
    return _files(lambda _honest, files: {path: data for path, data in files.items() if path not in paths})


def _proof(change: Callable[[Honest, bytes], bytes]) -> Maker:
    def make(honest: Honest, of: Kind) -> bytes:
        return with_files(honest, of, {PROOF: change(honest, honest.evidence_files[PROOF])})

    return make


def _hash_changed(_honest: Honest, proof: bytes) -> bytes:
    lines = proof.split(b"\n")
    lines[3] = lines[4]
    return b"\n".join(lines)


def _of_an_older_checkpoint(honest: Honest, _proof: bytes) -> bytes:
    tree = Tree(honest.entries[:200])
    return proof_of(tree, INDEX, signed(tree.checkpoint()))


def _path_of_an_older_tree(honest: Honest, proof: bytes) -> bytes:
    """Give the audit path of a smaller tree under the right checkpoint."""
    tree = Tree(honest.entries[:200])
    return proof_of(tree, INDEX, honest.evidence_files["checkpoint"])


def _path_of_another(honest: Honest, _proof: bytes) -> bytes:
    tree = Tree(honest.entries)
    other = proof_of(tree, INDEX + 1, honest.evidence_files["checkpoint"])
    return other.replace(b"index 18\n", b"index 17\n")


def _another_root(honest: Honest, of: Kind) -> bytes:
    """Sign another root, in the proofs too."""
    note = signed(Checkpoint(ORIGIN, SIZE, bytes(32)))
    files = dict(honest.evidence_files)
    for path, data in files.items():
        if path.startswith("proofs/"):
            files[path] = data[: data.index(b"\n\n") + 2] + note
    return pack(described(files | {"checkpoint": note}, SIZE))


def _beyond_the_tree(honest: Honest, _of: Kind) -> bytes:
    files = honest.evidence_files
    moved = {"entries/257": "entries/258", "proofs/257.tlog-proof": "proofs/258.tlog-proof"}
    others = {
        moved.get(name, name): data.replace(b"index 257\n", b"index 258\n") if name in moved else data
        for name, data in files.items()
        if name != "disclosures/257.jsonl"
    }
    return pack(described(others, SIZE))


def _of_an_endless_log(honest: Honest, _of: Kind) -> bytes:
    """Sign a tree so large that no manifest could state its size, with a path that does lead to its root."""
    path, root = [bytes([n]) * 32 for n in range(62)], leaf_hash(honest.entries[0])
    for sibling in path:
        root = node_hash(root, sibling)
    note = signed(Checkpoint(ORIGIN, 2**62, root))
    files = head(note) | {"entries/0": honest.entries[0], "proofs/0.tlog-proof": format_proof(0, path, note)}
    return pack(described(files, SIZE))


def _swapped(one: str, other: str) -> Maker:
    return _files(lambda _honest, files: files | {one: files[other], other: files[one]})


def _in_another_order(_honest: Honest, files: Files) -> Files:
    """Put the files of the first entry behind those of the second."""
    first = [path for path in files if path.split("/")[-1].split(".")[0] == "0"]
    second = [path for path in files if path.split("/")[-1].split(".")[0] == str(INDEX)]
    order = [path for path in files if path not in (*first, *second)]
    return {path: files[path] for path in [*order[:3], *second, *first, *order[3:]]}


def _signed(entry: bytes) -> Maker:
    return lambda _honest, _of: pack(evidence_of(with_entry(entry), [1, PLACE]))


def _disclosing(lines: bytes) -> Maker:
    files = evidence_of(GOOD, [1, PLACE])
    return lambda _honest, _of: pack(described(files | {FEW_DISCLOSURES: lines}, len(GOOD)))


def _undeclared(_honest: Honest, _of: Kind) -> bytes:
    entries = with_entry(entry_with_undeclared_digest())
    return pack(described(evidence_of(entries, [PLACE]) | {FEW_DISCLOSURES: UNDECLARED_LINE}, len(entries)))


def _evidence(name: str, make: Maker, code: BundleFault, file: str, entry: int | None = None) -> Exhibit:
    return Exhibit(name, "evidence", make, code, file, entry)


_PROOFS: dict[str, Maker] = {
    "a proof of another index": _proof(lambda _honest, proof: proof.replace(b"index 17\n", b"index 18\n")),
    "a proof with a zero before its index": _proof(lambda _honest, proof: proof.replace(b"index 17\n", b"index 017\n")),
    "a proof cut short": _proof(lambda _honest, proof: b"\n".join([*proof.split(b"\n")[:4], *proof.split(b"\n")[5:]])),
    "a proof with a hash more": _proof(lambda _honest, proof: proof.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1)),
    "a proof without hashes": _proof(
        lambda _honest, proof: b"\n".join([*proof.split(b"\n")[:2], proof[proof.index(b"\n\n") + 1 :]])
    ),
    "a proof with a hash too short": _proof(lambda _honest, proof: proof.replace(proof.split(b"\n")[2], b"AAAA")),
    "a proof in another alphabet": _proof(
        lambda _honest, proof: proof.replace(proof.split(b"\n")[2], b"_-" * 21 + b"_=")
    ),
    "a proof with extra data": _proof(lambda _honest, proof: proof.replace(b"\nindex", b"\nextra bm90ZQ==\nindex")),
    "a proof of another version": _proof(lambda _honest, proof: proof.replace(b"@v1", b"@v2")),
    "a proof with an older checkpoint": _proof(_of_an_older_checkpoint),
    "a proof in a smaller tree": _proof(_path_of_an_older_tree),
    "a proof with another checkpoint": _proof(lambda honest, proof: proof.replace(f"\n{SIZE}\n".encode(), b"\n259\n")),
    "a proof without its checkpoint": _proof(lambda _honest, proof: proof[: proof.index(b"\n\n") + 2]),
    "a proof with lines of other systems": _proof(lambda _honest, proof: proof.replace(b"\n", b"\r\n")),
    "an empty proof": _proof(lambda _honest, proof: b""),
}

_NOT_INCLUDED: dict[str, Maker] = {
    "a proof with another hash": _proof(_hash_changed),
    "the path of the next entry": _proof(_path_of_another),
    "an entry changed": _with(ENTRY, lambda data: flip(data, 99)),
    "an entry cut short": _with(ENTRY, lambda data: data[:-1]),
    "an entry with its length before it": _with(ENTRY, lambda data: len(data).to_bytes(2, "big") + data),
    "an entry in place of another": _files(lambda honest, files: files | {ENTRY: honest.entries[18]}),
    "a hash above for an entry": _files(lambda honest, files: files | {ENTRY: b"\x00" * 64}),
}

EVIDENCE_FAULTS: list[Exhibit] = [
    *(_evidence(name, make, BundleFault.PROOF, PROOF, INDEX) for name, make in _PROOFS.items()),
    *(_evidence(name, make, BundleFault.NOT_INCLUDED, ENTRY, INDEX) for name, make in _NOT_INCLUDED.items()),
    _evidence(
        "two proofs swapped", _swapped("proofs/0.tlog-proof", PROOF), BundleFault.PROOF, "proofs/0.tlog-proof", 0
    ),
    _evidence("two entries swapped", _swapped("entries/0", ENTRY), BundleFault.NOT_INCLUDED, "entries/0", 0),
    _evidence("a root that nothing leads to", _another_root, BundleFault.NOT_INCLUDED, "entries/0", 0),
    _evidence("an entry beyond the tree", _beyond_the_tree, BundleFault.PROOF, "proofs/258.tlog-proof", 258),
    _evidence("a log without end", _of_an_endless_log, BundleFault.MANIFEST, "manifest.json"),
    _evidence("a proof is missing", _without(PROOF), BundleFault.FILE_MISSING, PROOF),
    _evidence("an entry is missing", _without(ENTRY), BundleFault.FILE_UNEXPECTED, PROOF),
    _evidence(
        "a proof of no entry",
        _files(lambda _honest, files: files | {"proofs/300.tlog-proof": files[PROOF]}),
        BundleFault.FILE_UNEXPECTED,
        "proofs/300.tlog-proof",
    ),
    _evidence("disclosures of no entry", _without(ENTRY, PROOF), BundleFault.FILE_UNEXPECTED, DISCLOSURES),
    _evidence("a zero before an index", _renamed({ENTRY: "entries/017"}), BundleFault.FILE_UNEXPECTED, "entries/017"),
    _evidence(
        "an entry under no index",
        _renamed({ENTRY: "entries/seventeen"}),
        BundleFault.FILE_UNEXPECTED,
        "entries/seventeen",
    ),
    _evidence(
        "a folder for an entry",
        _files(lambda _honest, files: files | {"entries/": b""}),
        BundleFault.FILE_UNEXPECTED,
        "entries/",
    ),
    _evidence("entries in another order", _files(_in_another_order), BundleFault.FILE_UNEXPECTED, "entries/0"),
    _evidence(
        "tiles in evidence",
        lambda honest, of: with_files(honest, of, {"tile/0/000": bytes(32)}),
        BundleFault.FILE_UNEXPECTED,
        "tile/0/000",
    ),
    _evidence(
        "no entry at all",
        _without(
            *(
                f"{folder}{n}{end}"
                for n in SELECTED
                for folder, end in (("entries/", ""), ("proofs/", ".tlog-proof"), ("disclosures/", ".jsonl"))
            )
        ),
        BundleFault.FILE_MISSING,
        "tile/0/000",
    ),
    *(
        _evidence(name, _signed(entry), BundleFault.ENTRY_INVALID, f"entries/{PLACE}", PLACE)
        for name, entry in BAD_ENTRIES.items()
    ),
    *(
        _evidence(name, _disclosing(b"".join(lines)), BundleFault.DISCLOSURE, FEW_DISCLOSURES)
        for name, lines in BAD_DISCLOSURES.items()
    ),
    _evidence("a disclosure of an undeclared field", _undeclared, BundleFault.DISCLOSURE, FEW_DISCLOSURES),
]
