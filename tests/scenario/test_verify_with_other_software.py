"""Verifiers that others wrote accept what is exported and refuse what was tampered with, by the how-to's programs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.log.tiles import split_hashes
from tests.audit_log import LOG_SIGNER, NOW
from tests.museum.bundles.forge import WITNESSES, Files, Tree, cosigned, pack, relabelled, signed
from tests.museum.bundles.head_faults import OTHER_SIGNER
from tests.museum.bundles.honest import SELECTED, SIZE, Honest, build

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "verify-with-other-software.md"
GO_PATH = Path("/usr/share/gocode")
HAS_GO = shutil.which("go") is not None and (GO_PATH / "src/golang.org/x/mod/sumdb/tlog").is_dir()
KEYS = [LOG_SIGNER.verifier_key.format(), "2", *(witness.verifier_key.format() for witness in WITNESSES)]

proofbundle_merkle = pytest.importorskip("proofbundle.merkle", reason="proofbundle is not installed")


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Honest:
    return build(tmp_path_factory.mktemp("museum"))


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Write the page's programs to a folder, and return the command that runs each."""
    folder = tmp_path_factory.mktemp("programs")
    commands = {}
    for language, code in re.findall(r"^```(python|go)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S):
        if language == "go":
            name, path = "go", folder / "check.go"
            commands[name] = [str(folder / "check")]
        else:
            name = "proofbundle" if "proofbundle" in code else "sigstore"
            path = folder / f"{name}_check.py"
            commands[name] = [sys.executable, str(path)]
        path.write_text(code, encoding="utf-8")
    if HAS_GO:
        settings = {"GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOCACHE": str(folder / "cache")}
        go = ["go", "build", "-o", str(folder / "check"), str(folder / "check.go")]
        subprocess.run(go, check=True, env=os.environ | settings, timeout=300)
    return commands


@dataclass(frozen=True)
class Verifier:
    """One of the page's programs, to be run on a bundle."""

    name: str
    command: list[str]
    file: Path

    def __call__(self, bundle: bytes, keys: list[str] = KEYS) -> subprocess.CompletedProcess[str]:
        self.file.write_bytes(bundle)
        command = [*self.command, str(self.file), *keys]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


@pytest.fixture(
    params=[
        "proofbundle",
        "sigstore",
        pytest.param("go", marks=pytest.mark.skipif(not HAS_GO, reason="Go with golang-golang-x-mod-dev is not here")),
    ]
)
def verifier(request: pytest.FixtureRequest, programs: dict[str, list[str]], tmp_path: Path) -> Verifier:
    return Verifier(request.param, programs[request.param], tmp_path / "evidence.zip")


def _replaced(path: str, old: bytes, new: bytes) -> Callable[[Honest], Files]:
    def change(honest: Honest) -> Files:
        assert old in honest.evidence_files[path]
        return honest.evidence_files | {path: honest.evidence_files[path].replace(old, new)}

    return change


def _hash_of_another(honest: Honest) -> Files:
    path = "proofs/17.tlog-proof"
    lines = honest.evidence_files[path].split(b"\n")
    lines[3] = lines[4]
    return honest.evidence_files | {path: b"\n".join(lines)}


def _swapped_entries(honest: Honest) -> Files:
    files = honest.evidence_files
    return files | {"entries/0": files["entries/17"], "entries/17": files["entries/0"]}


def _with_note(note: Callable[[Tree], bytes]) -> Callable[[Honest], Files]:
    def change(honest: Honest) -> Files:
        files = honest.evidence_files | {"checkpoint": note(Tree(honest.entries))}
        for path in [path for path in files if path.startswith("proofs/")]:
            files[path] = files[path][: files[path].index(b"\n\n") + 2] + files["checkpoint"]
        return files

    return change


TAMPERED: dict[str, Callable[[Honest], Files]] = {
    "an entry": _replaced("entries/17", b'"permit"', b'"deny"'),
    "swapped entries": _swapped_entries,
    "an index": _replaced("proofs/17.tlog-proof", b"index 17\n", b"index 18\n"),
    "a hash of a proof": _hash_of_another,
    "another key": _with_note(lambda tree: signed(tree.checkpoint(), OTHER_SIGNER)),
    "another size": _with_note(lambda tree: signed(tree.checkpoint()).replace(b"\n258\n", b"\n259\n")),
}
WITNESSED_TOO_LITTLE: dict[str, Callable[[Honest], Files]] = {
    "one witness": _with_note(lambda tree: signed(tree.checkpoint(), witnesses=WITNESSES[:1])),
    "one witness under two names": _with_note(
        lambda tree: relabelled(signed(tree.checkpoint(), witnesses=WITNESSES[:1]), WITNESSES[0], WITNESSES[1])
    ),
    "a witness of another tree": _with_note(
        lambda tree: (
            cosigned(signed(tree.checkpoint(), witnesses=WITNESSES[:1]), [])
            + cosigned(signed(Tree(tree.entries[:200]).checkpoint(), witnesses=()), WITNESSES[1:2], NOW).splitlines(
                True
            )[-1]
        )
    ),
}


def test_others_accept_the_evidence(honest: Honest, verifier: Verifier) -> None:
    result = verifier(honest.evidence)
    assert result.returncode == 0, result.stderr
    assert sorted(result.stdout.split()) == sorted([*map(str, SELECTED), *["ok"] * len(SELECTED)])


@pytest.mark.parametrize("fault", TAMPERED)
def test_others_refuse_what_was_tampered_with(honest: Honest, verifier: Verifier, fault: str) -> None:
    result = verifier(pack(TAMPERED[fault](honest)))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("fault", WITNESSED_TOO_LITTLE)
def test_others_count_the_witnesses(honest: Honest, verifier: Verifier, fault: str) -> None:
    result = verifier(pack(WITNESSED_TOO_LITTLE[fault](honest)))
    assert result.returncode == (0 if verifier.name == "sigstore" else 1), "sigstore knows no witnesses"
    assert "Traceback" not in result.stderr


def test_go_looks_the_disclosures_up(honest: Honest, verifier: Verifier) -> None:
    files = honest.evidence_files
    moved = files["disclosures/17.jsonl"].replace(b'"index":17', b'"index":0')
    result = verifier(pack(files | {"disclosures/0.jsonl": moved}))
    assert result.returncode == (1 if verifier.name == "go" else 0)


def test_the_key_of_another_log_is_not_enough(honest: Honest, verifier: Verifier) -> None:
    assert verifier(honest.evidence, [OTHER_SIGNER.verifier_key.format(), *KEYS[1:]]).returncode == 1


def test_another_library_finds_the_same_root_and_leaf_hashes(honest: Honest) -> None:
    """All tiles of the whole log too, made again from its entries by proofbundle."""
    root = Tree(honest.entries).checkpoint().root_hash
    assert proofbundle_merkle.merkle_tree_hash(list(honest.entries)) == root
    leaves = split_hashes(honest.log_files["tile/0/000"] + honest.log_files["tile/0/001.p/2"])
    assert [proofbundle_merkle.leaf_hash(entry) for entry in honest.entries] == leaves
    assert honest.log_files["tile/1/000.p/1"] == proofbundle_merkle.merkle_tree_hash(list(honest.entries[:256]))
    assert len(leaves) == SIZE
