"""Gateway and requester collude, with all their keys: about a child that was not evaluated they get nothing."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from connectors.identifiers import new_uuid
from connectors.requester.hashes import HashedRow
from keys.protocol.possession import index_hash_of, prove_possession
from schemas.linkage_keys import KeyType
from schemas.messages.exchange import MAX_EXCHANGE_BYTES, ExchangeRequest, PossessionProof, Refusal
from schemas.problem import ProblemCode
from tests.attack.attacker import (
    Collusion,
    IndexRow,
    alerts_of,
    collude,
    evaluate_rows,
    handles_of,
    read_index,
    refusal_of,
    roster_rows,
)
from tests.scene import Scene


@dataclass(frozen=True)
class Loot:
    """What the colluders have: the whole index, and one child whose identifiers were honestly evaluated."""

    collusion: Collusion
    index: list[IndexRow]
    evaluated: HashedRow
    handle: bytes

    @property
    def others(self) -> list[bytes]:
        """Handles of children whose identifiers were never evaluated."""
        known = handles_of(self.index, self.evaluated)
        return sorted({row.handle for row in self.index} - known)[:20]

    def hashes(self, handle: bytes) -> list[bytes]:
        """The index hashes that the gateway holds of a handle."""
        return [row.index_hash for row in self.index if row.handle == handle]


@pytest.fixture(scope="module")
def loot(scene: Scene) -> Loot:
    """Make an agreement under which one row was evaluated, and nothing else ever."""
    agreement = scene.agree_and_publish("P04")
    collusion, index = collude(scene, agreement), read_index(scene, agreement)
    for row in roster_rows(scene, scene.plan("P04"), agreement):
        (hashed,) = evaluate_rows(collusion.requester, agreement, [row]).rows
        if len(handles_of(index, hashed)) == 1 and KeyType.ID in hashed.outputs:
            return Loot(collusion, index, hashed, *handles_of(index, hashed))
    raise AssertionError("no row of the roster is in the index")


Forge = Callable[[Loot, str, bytes], PossessionProof]


def _random_macs(loot: Loot, request_id: str, handle: bytes) -> PossessionProof:
    return loot.collusion.prove(request_id, handle, *(os.urandom(64) for _ in range(8)))


def _macs_under_index_hashes(loot: Loot, request_id: str, handle: bytes) -> PossessionProof:
    statement = loot.collusion.statement(request_id, handle)
    keys = [key for found in loot.hashes(handle) for key in (found, found.ljust(32, b"\0"), found * 2)]
    return PossessionProof(key_type=KeyType.P_D, macs=tuple(prove_possession(key, statement) for key in keys)[:8])


def _macs_of_another_child(loot: Loot, request_id: str, handle: bytes) -> PossessionProof:
    return loot.collusion.prove(request_id, handle, *loot.evaluated.outputs[KeyType.ID])


def _macs_of_another_child_by_name(loot: Loot, request_id: str, handle: bytes) -> PossessionProof:
    outputs = loot.evaluated.outputs[KeyType.P_D]
    return loot.collusion.prove(request_id, handle, *outputs, key_type=KeyType.P_D)


def _macs_for_another_handle(loot: Loot, request_id: str, handle: bytes) -> PossessionProof:
    del handle
    return loot.collusion.prove(request_id, loot.handle, *loot.evaluated.outputs[KeyType.ID])


def _ask(loot: Loot, forge: Forge, handles: list[bytes]) -> tuple[list[Refusal | None], list[object]]:
    """Ask the provider directly and return refusals and released values, one for each handle."""
    request_id = new_uuid(os.urandom)
    prepared = loot.collusion.prepare(request_id, {handle: forge(loot, request_id, handle) for handle in handles})
    response = loot.collusion.relay(prepared)
    assert response.is_success, refusal_of(response)
    answers = loot.collusion.open(prepared, response).answers
    return [answer.refused for answer in answers], [answer.values for answer in answers if answer.values]


@pytest.mark.parametrize(
    "forge",
    [
        _random_macs,
        _macs_under_index_hashes,
        _macs_of_another_child,
        _macs_of_another_child_by_name,
        _macs_for_another_handle,
    ],
)
def test_a_child_that_was_not_evaluated_is_refused(scene: Scene, loot: Loot, forge: Forge) -> None:
    provider = scene.session(scene.plan("P04").provider)
    before = alerts_of(provider)
    refusals, values = _ask(loot, forge, loot.others)
    assert refusals == [Refusal.POSSESSION_NOT_PROVEN] * len(loot.others)
    assert values == []
    assert {code for code, _ in alerts_of(provider) - before} == {"possession_not_proven"}


def test_an_evaluated_child_is_released(loot: Loot) -> None:
    """The positive control: with the identifier evaluated, the same forged grant and promise do work."""
    refusals, values = _ask(loot, _macs_of_another_child, [loot.handle])
    assert refusals == [None]
    assert len(values) == 1


def test_a_valid_proof_does_not_carry_others_along(loot: Loot) -> None:
    refusals, values = _ask(loot, _macs_of_another_child, [loot.handle, *loot.others])
    assert refusals == [None] + [Refusal.POSSESSION_NOT_PROVEN] * len(loot.others)
    assert len(values) == 1


def test_a_proof_of_an_earlier_request_is_refused_in_the_next(loot: Loot) -> None:
    earlier = new_uuid(os.urandom)
    proof = loot.collusion.prove(earlier, loot.handle, *loot.evaluated.outputs[KeyType.ID])
    assert loot.collusion.relay(loot.collusion.prepare(earlier, {loot.handle: proof})).is_success
    refusals, values = _ask(loot, lambda _loot, _id, _handle: proof, [loot.handle])
    assert refusals == [Refusal.POSSESSION_NOT_PROVEN]
    assert values == []


def test_a_sealed_proof_does_not_open_in_another_request(loot: Loot) -> None:
    earlier, later = new_uuid(os.urandom), new_uuid(os.urandom)
    proof = loot.collusion.prove(earlier, loot.handle, *loot.evaluated.outputs[KeyType.ID])
    sealed = ExchangeRequest.from_bytes(loot.collusion.prepare(earlier, {loot.handle: proof}).body, MAX_EXCHANGE_BYTES)
    request = loot.collusion.prepare(later, {loot.handle: proof}, possession=sealed.possession)
    assert refusal_of(loot.collusion.relay(request)) is ProblemCode.MALFORMED


def test_index_hash_is_no_part_of_the_possession_key(loot: Loot) -> None:
    outputs = [output for found in loot.evaluated.outputs.values() for output in found]
    known = {row.index_hash for row in loot.index}
    assert any(index_hash_of(output) in known for output in outputs)
    assert not any(output[32:][start : start + 16] in known for output in outputs for start in range(17))
