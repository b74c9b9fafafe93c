"""What anybody reads of the log over HTTP: files of each year, proofs that verify, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.api.app import create_app
from gateway.log.events import Event, EventType
from gateway.log.journal import Draft, LeafReceipt
from gateway.log.tree_store import TreeStore
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from gateway.services.log_key import log_verifier_key
from gateway.services.sign_log import sign_log
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.log_shards import shard_of_origin, verify_shard_checkpoint
from keys.crypto.merkle import verify_consistency, verify_inclusion
from keys.crypto.note_key import VerifierKey
from schemas.base64url import decode_base64url, encode_base64url
from schemas.messages.log import MAX_INCLUSION_BYTES, ConsistencyDocument, InclusionDocument
from tests.scenario.gateway_simulator import Clock, opened_gateway


class World:
    """A gateway whose log has turned a year, and a client."""

    def __init__(self, gateway: Gateway, clock: Clock) -> None:
        self.gateway = gateway
        self.http: FlaskClient = create_app(gateway).test_client()
        self.key = VerifierKey.parse(log_verifier_key(gateway.keys, gateway.settings.log_name, gateway.now()))
        self.old, self.old_leaf = gateway.now().year, self._append(300)
        sign_log(gateway)
        clock.ahead += timedelta(days=366)
        self.new, self.new_leaf = gateway.now().year, self._append(1)
        sign_log(gateway)

    def _append(self, count: int) -> LeafReceipt:
        event = Event(type=EventType.REGISTRY_PUBLISH)
        return self.gateway.journal.write(lambda _: Draft(None, (event,) * count), 60).receipts[0]

    def checkpoint(self, path: str) -> Checkpoint:
        """Fetch a checkpoint and verify it."""
        answer = self.http.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        return verify_shard_checkpoint(answer.data, self.key)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    clock = Clock()
    with opened_gateway(tmp_path_factory.mktemp("log") / "gateway", clock) as gateway:
        yield World(gateway, clock)


def test_each_year_has_its_checkpoint(world: World) -> None:
    old = world.checkpoint(f"/v1/log/{world.old}/checkpoint")
    new = world.checkpoint(f"/v1/log/{world.new}/checkpoint")
    name = world.gateway.settings.log_name
    assert [shard_of_origin(name, tree.origin) for tree in (old, new)] == [world.old, world.new]
    assert world.checkpoint("/v1/log/checkpoint") == new
    with read_transaction(world.gateway.engine) as connection:
        last = connection.scalar(select(audit_leaf.c.type).where(audit_leaf.c.idx == old.size - 1))
    assert last == "log.seal"


def test_tiles_are_kept_by_caches(world: World) -> None:
    full = world.http.get(f"/v1/log/{world.old}/tile/0/000")
    assert (full.status_code, len(full.data)) == (200, 8_192)
    assert full.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    size = world.checkpoint(f"/v1/log/{world.old}/checkpoint").size
    partial = world.http.get(f"/v1/log/{world.old}/tile/0/001.p/{size - 256}")
    assert (partial.status_code, len(partial.data)) == (200, 32 * (size - 256))
    assert "immutable" not in partial.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/0/000.p/7", "tile/0/009", "tile/..%2fcheckpoint", "tile/"])
def test_no_entries_and_no_other_files(world: World, path: str) -> None:
    assert world.http.get(f"/v1/log/{world.old}/{path}").status_code == 404


def test_a_leaf_is_proven_in_its_year(world: World) -> None:
    leaf = encode_base64url(world.old_leaf.leaf_hash)
    for path in (f"/v1/log/{world.old}/inclusion/{leaf}", f"/v1/log/inclusion/{leaf}"):
        document = InclusionDocument.from_bytes(world.http.get(path).data, MAX_INCLUSION_BYTES)
        tree = verify_shard_checkpoint(document.checkpoint.encode(), world.key)
        proof = [decode_base64url(text) for text in document.proof]
        verify_inclusion(world.old_leaf.leaf_hash, document.index, tree.size, proof, tree.root_hash)
    assert world.http.get(f"/v1/log/{world.new}/inclusion/{leaf}").status_code == 404
    assert world.http.get(f"/v1/log/{world.new}/inclusion/AAAA").status_code == 400


def test_a_tree_is_proven_to_go_on(world: World) -> None:
    tree = world.checkpoint(f"/v1/log/{world.old}/checkpoint")
    answer = world.http.get(f"/v1/log/{world.old}/consistency/1/{tree.size}")
    document = ConsistencyDocument.from_bytes(answer.data, MAX_INCLUSION_BYTES)
    assert (document.old_size, document.new_size) == (1, tree.size)
    with read_transaction(world.gateway.engine) as connection:
        first = TreeStore(connection, world.old).root(1)
    proof = [decode_base64url(text) for text in document.proof]
    verify_consistency(1, first, tree.size, tree.root_hash, proof)


@pytest.mark.parametrize("sizes", ["2/1", "0/9999", f"0/{2**63}", "-1/2", "a/2"])
def test_no_proof_of_what_is_not_signed(world: World, sizes: str) -> None:
    assert world.http.get(f"/v1/log/{world.old}/consistency/{sizes}").status_code == 404


@pytest.mark.parametrize("path", ["26/checkpoint", "1999/checkpoint", "02026/checkpoint"])
def test_other_years_have_nothing(world: World, path: str) -> None:
    assert world.http.get(f"/v1/log/{path}").status_code == 404
