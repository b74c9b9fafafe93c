"""A gateway's log and other members' witnesses as a connector meets them over HTTP; a test edits them and plays on."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from keys.crypto.checkpoint import Checkpoint, format_checkpoint
from keys.crypto.cosigning import format_hash_line
from keys.crypto.log_shards import shard_origin
from keys.crypto.merkle import CompactRange, leaf_hash, node_hash, prove_consistency
from keys.crypto.note import Cosigner, NoteSigner, cosign, sign_note
from schemas.problem import PROBLEM_MEDIA_TYPE

LOG_NAME = "gateway.990100/audit"
SEED = b"\x01" * 32
YEAR = 2026
GATEWAY_URL = "http://gateway.test"
PEER_URL = "http://peer.test"


def leaves(count: int, history: str = "entry") -> list[bytes]:
    """Return the leaf hashes of a history: another name is another history."""
    return [leaf_hash(f"{history} {number}".encode()) for number in range(count)]


@dataclass
class SimulatedLog:
    """What the gateway shows. `trees` are the leaf hashes of each year; `proof_of` those that proofs are made from."""

    trees: dict[int, list[bytes]] = field(default_factory=lambda: {YEAR: leaves(3)})
    proof_of: dict[int, list[bytes]] = field(default_factory=dict)
    cosigned_by: list[Cosigner] = field(default_factory=list)
    peer: bytes | None = None
    handed_in: list[bytes] = field(default_factory=list)
    is_down: bool = False
    answer: Callable[[httpx.Request], httpx.Response | None] = lambda _: None

    def note(self, year: int, signer_seed: bytes = SEED) -> bytes:
        """Return the newest checkpoint of a year."""
        return signed(self.trees[year], year, signer_seed)

    def http(self) -> httpx.Client:
        """Return a client whose every request ends here."""
        return httpx.Client(transport=httpx.MockTransport(self._respond))

    def _respond(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            raise httpx.ConnectError("down")
        changed = self.answer(request)
        if changed is not None:
            return changed
        if request.url.host == "peer.test":
            return _text(self.peer)
        return self._gateway(request, request.url.path)

    def _gateway(self, request: httpx.Request, path: str) -> httpx.Response:
        if path == "/v1/log/checkpoint":
            note = self.note(max(self.trees))
            for cosigner in self.cosigned_by:
                note = cosign(note, cosigner, datetime.fromisoformat("2026-03-05T08:00:00+00:00"))
            return _text(note)
        if path == "/v1/witness/cosignatures":
            self.handed_in.append(request.content)
            return _text(b"")
        if found := re.fullmatch(r"/v1/witness/checkpoints/(\d+)", path):
            return _text(self.note(int(found[1])) if int(found[1]) in self.trees else None)
        found = re.fullmatch(r"/v1/witness/growth/(\d+)/(\d+)/(\d+)", path)
        assert found, path
        return _text(self._growth(*map(int, found.groups())))

    def _growth(self, year: int, old: int, new: int) -> bytes | None:
        tree = self.proof_of.get(year, self.trees.get(year, []))
        if not old <= new <= len(tree):
            return None
        proof = prove_consistency(old, new, lambda start, end: tree_hash(tree[start:end]))
        return "".join(format_hash_line(one) for one in proof).encode()


def signed(tree: list[bytes], year: int = YEAR, seed: bytes = SEED) -> bytes:
    """Return the checkpoint that the log signs for a tree."""
    edge = CompactRange()
    for leaf in tree:
        edge.append(leaf)
    origin = shard_origin(LOG_NAME, year)
    return sign_note(format_checkpoint(Checkpoint(origin, len(tree), edge.root())), NoteSigner(origin, seed))


def tree_hash(tree: list[bytes]) -> bytes:
    """Return the root of a complete tree."""
    if len(tree) == 1:
        return tree[0]
    middle = len(tree) // 2
    return node_hash(tree_hash(tree[:middle]), tree_hash(tree[middle:]))


def _text(body: bytes | None) -> httpx.Response:
    if body is None:
        return httpx.Response(404, content=b"{}", headers={"Content-Type": PROBLEM_MEDIA_TYPE})
    return httpx.Response(200, content=body, headers={"Content-Type": "text/plain; charset=utf-8"})
