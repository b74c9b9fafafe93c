"""Checkpoints, keys, policies and manifests that are not what they must be; what follows them is honest."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from gateway.log.bundle_errors import BundleFault
from gateway.log.bundle_format import format_log_key
from gateway.log.bundle_policy import policy_of_shard
from keys.crypto.checkpoint import format_checkpoint
from keys.crypto.note import NoteSigner
from keys.crypto.witness_policy import PolicyWitness, compose_policy
from keys.crypto.witness_policy_format import format_policy
from tests.audit_log import LOG_KEY, LOG_SIGNER, NOW, ORIGIN
from tests.museum.bundles.exhibits import Exhibit, Kind, Maker, both, files_of, flip, with_files
from tests.museum.bundles.forge import POLICY, STRANGER, WITNESSES, Files, Tree, cosigned, pack, relabelled, signed
from tests.museum.bundles.honest import Honest

OTHER_SIGNER = NoteSigner(ORIGIN, b"\x09" * 32)
ELSEWHERE = NoteSigner("other.example/audit/2026", b"\x01" * 32)


def _note(change: Callable[[Tree], bytes]) -> Maker:
    """Put another checkpoint into the bundle and into each of its proofs."""

    def make(honest: Honest, of: Kind) -> bytes:
        note = change(Tree(honest.entries))
        files: Files = {"checkpoint": note}
        for path, data in files_of(honest, of).items():
            if path.startswith("proofs/"):
                files[path] = data[: data.index(b"\n\n") + 2] + note
        return with_files(honest, of, files)

    return make


def _text(change: Callable[[bytes], bytes]) -> Maker:
    """Sign another text with the real keys, witnesses too."""

    def sign(tree: Tree) -> bytes:
        text = change(format_checkpoint(tree.checkpoint()))
        return cosigned(text + b"\n" + LOG_SIGNER.sign(text).format().encode(), WITNESSES[:2])

    return _note(sign)


def _signed_by_another_key(honest: Honest, of: Kind) -> bytes:
    note = signed(Tree(honest.entries).checkpoint(), OTHER_SIGNER)
    return with_files(honest, of, {"checkpoint": note, "log.vkey": format_log_key(OTHER_SIGNER.verifier_key)})


def _of_another_log(honest: Honest, of: Kind) -> bytes:
    note = signed(Tree(honest.entries).checkpoint(ELSEWHERE.verifier_key.name), ELSEWHERE)
    return with_files(honest, of, {"checkpoint": note, "log.vkey": format_log_key(ELSEWHERE.verifier_key)})


def _unsigned_root(tree: Tree) -> bytes:
    root = base64.b64encode(tree.checkpoint().root_hash)
    return signed(tree.checkpoint()).replace(root, base64.b64encode(bytes(32)))


def _bad_signature(line: int) -> Callable[[Tree], bytes]:
    """Change a byte of the `line`-th signature, 0 for the log's."""

    def change(tree: Tree) -> bytes:
        text, divider, lines = signed(tree.checkpoint()).rpartition(b"\n\n")
        parts = lines.splitlines(keepends=True)
        name, encoded = parts[line].rsplit(b" ", 1)
        parts[line] = name + b" " + base64.b64encode(flip(base64.b64decode(encoded), 40)) + b"\n"
        return text + divider + b"".join(parts)

    return change


def _under_the_logs_name(tree: Tree) -> bytes:
    """Tell the log's signature as a witness's."""
    return signed(tree.checkpoint()).replace(
        f"\u2014 {ORIGIN} ".encode(), f"\u2014 {STRANGER.verifier_key.name} ".encode()
    )


def _witnesses(*chosen: int) -> Callable[[Tree], bytes]:
    return lambda tree: signed(tree.checkpoint(), witnesses=[WITNESSES[n] for n in chosen])


_CHECKPOINT: dict[str, Maker] = {
    "a checkpoint signed by another key": _signed_by_another_key,
    "a checkpoint of another log": _of_another_log,
    "a root that nobody signed": _note(_unsigned_root),
    "a signature of the log that fails": _note(_bad_signature(0)),
    "a signature of a witness that fails": _note(_bad_signature(2)),
    "a signature told under another name": _note(_under_the_logs_name),
    "one cosignature under two names": _note(
        lambda tree: relabelled(signed(tree.checkpoint(), witnesses=WITNESSES[:1]), WITNESSES[0], WITNESSES[1])
    ),
    "one witness twice": _note(
        lambda tree: cosigned(signed(tree.checkpoint()), WITNESSES[:1], NOW - timedelta(days=1))
    ),
    "a witness that the policy does not know": _note(lambda tree: cosigned(signed(tree.checkpoint()), [STRANGER])),
    "no signature": _note(lambda tree: format_checkpoint(tree.checkpoint()) + b"\n"),
    "witnesses but no log": _note(lambda tree: cosigned(format_checkpoint(tree.checkpoint()) + b"\n", WITNESSES)),
    "an extension line": _text(lambda text: text + b"note\n"),
    "a size with a leading zero": _text(lambda text: text.replace(b"\n258\n", b"\n0258\n")),
    "a size with a sign": _text(lambda text: text.replace(b"\n258\n", b"\n+258\n")),
    "a size in other digits": _text(lambda text: text.replace(b"\n258\n", "\n２５８\n".encode())),
    "a size beyond all trees": _text(lambda text: text.replace(b"\n258\n", b"\n9223372036854775808\n")),
    "a root cut short": _text(lambda text: text[:-6] + b"=\n"),
    "a root in another alphabet": _text(lambda text: text[: text.index(b"\n258\n") + 5] + b"_-" * 21 + b"A=\n"),
    "lines that end as elsewhere": _note(lambda tree: signed(tree.checkpoint()).replace(b"\n", b"\r\n")),
    "text behind the signatures": _note(lambda tree: signed(tree.checkpoint()) + b"note\n"),
    "a checkpoint without its last newline": _note(lambda tree: signed(tree.checkpoint())[:-1]),
}


def _policy(change: Callable[[bytes], bytes]) -> Maker:
    def make(honest: Honest, of: Kind) -> bytes:
        return with_files(honest, of, {"policy": change(files_of(honest, of)["policy"])})

    return make


def _key_twice(_policy_text: bytes) -> bytes:
    """State the first witness's key once more, under another name."""
    first = WITNESSES[0].verifier_key
    again = PolicyWitness("w9", replace(first, name="agency-z.example/witness"))
    lines = format_policy(policy_of_shard(POLICY, LOG_SIGNER.verifier_key)).splitlines(keepends=True)
    return b"".join([*lines[:4], f"witness {again.name} {again.key.format()}\n".encode(), *lines[4:]])


def _of_fewer(_policy_text: bytes) -> bytes:
    fewer = compose_policy(POLICY.witnesses[:2], 2)
    return format_policy(policy_of_shard(fewer, LOG_SIGNER.verifier_key))


_POLICY: dict[str, Maker] = {
    "a policy with one key twice": _policy(_key_twice),
    "a policy of another log": _policy(
        lambda text: text.replace(LOG_SIGNER.verifier_key.format().encode(), ELSEWHERE.verifier_key.format().encode())
    ),
    "a policy with the key of no year": _policy(
        lambda text: text.replace(LOG_SIGNER.verifier_key.format().encode(), LOG_KEY.format().encode())
    ),
    "a quorum of none of three": _policy(lambda text: text.replace(b"agencies 2 ", b"agencies 0 ")),
    "a quorum of four of three": _policy(lambda text: text.replace(b"agencies 2 ", b"agencies 4 ")),
    "a quorum of one of three": _policy(lambda text: text.replace(b"agencies 2 ", b"agencies 1 ")),
    "a policy that asks for nobody": _policy(lambda text: text.replace(b"quorum agencies", b"quorum none")),
    "a policy without a quorum": _policy(lambda text: text.replace(b"quorum agencies\n", b"")),
    "a policy of fewer witnesses": _policy(_of_fewer),
    "a policy with a comment": _policy(lambda text: b"# note\n" + text),
    "a policy with an address": _policy(lambda text: text.replace(b"\ngroup", b" https://example.org/\ngroup")),
    "an empty policy": _policy(lambda text: b""),
}


def _key_file(data: bytes) -> Maker:
    return lambda honest, of: with_files(honest, of, {"log.vkey": data})


_OWN_KEY = format_log_key(LOG_SIGNER.verifier_key)
_LOG_KEY: dict[str, Maker] = {
    "another log key beside the checkpoint": _key_file(format_log_key(OTHER_SIGNER.verifier_key)),
    "a log key under the name of no year": _key_file(format_log_key(LOG_KEY)),
    "a log key with another id": _key_file(_OWN_KEY.replace(b"+f659c5e2+", b"+f659c5e3+")),
    "a log key without a newline": _key_file(_OWN_KEY[:-1]),
    "two log keys": _key_file(_OWN_KEY * 2),
}


def _manifest(change: Callable[[bytes], bytes]) -> Maker:
    def make(honest: Honest, of: Kind) -> bytes:
        files = files_of(honest, of)
        return pack(files | {"manifest.json": change(files["manifest.json"])})

    return make


_MANIFEST: dict[str, Maker] = {
    "a manifest with another digest": _manifest(lambda text: text.replace(b'"sha256":"', b'"sha256":"0', 1)),
    "a manifest with another size": _manifest(lambda text: text.replace(b'"size":258', b'"size":259')),
    "a manifest of the other kind": _manifest(
        lambda text: text.replace(b"tongxin-evidence/1", b"-").replace(b"tongxin-audit-bundle/1", b"tongxin-evidence/1")
    ),
    "a manifest with one member more": _manifest(lambda text: text.replace(b"{", b'{"approved_by":"court",', 1)),
    "a manifest that leaves a file out": _manifest(
        lambda text: text[: text.index(b"{", 1)] + text[text.index(b"}") + 2 :]
    ),
    "a manifest laid out for reading": _manifest(lambda text: json.dumps(json.loads(text), indent=1).encode() + b"\n"),
    "a manifest without a newline": _manifest(lambda text: text[:-1]),
}

HEAD_FAULTS: list[Exhibit] = [
    exhibit
    for exhibits in (
        *(both(name, make, BundleFault.CHECKPOINT, "checkpoint") for name, make in _CHECKPOINT.items()),
        both("too few witnesses", _note(_witnesses(2)), BundleFault.QUORUM, "checkpoint"),
        both("no witness", _note(_witnesses()), BundleFault.QUORUM, "checkpoint"),
        both(
            "a witness from tomorrow",
            _note(lambda tree: signed(tree.checkpoint(), at=NOW + timedelta(days=1))),
            BundleFault.COSIGNATURE_TIME,
            "checkpoint",
        ),
        *(both(name, make, BundleFault.POLICY, "policy") for name, make in _POLICY.items()),
        *(both(name, make, BundleFault.LOG_KEY, "log.vkey") for name, make in _LOG_KEY.items()),
        *(both(name, make, BundleFault.MANIFEST, "manifest.json") for name, make in _MANIFEST.items()),
    )
    for exhibit in exhibits
]
