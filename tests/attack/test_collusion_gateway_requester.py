"""Gateway and requester collude, with all their keys: about a child that was not evaluated they get nothing."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from connectors.identifiers import new_uuid
from connectors.requester.hashes import HashedRow
from keys.protocol.possession import index_hash_of, prove_possession
from schemas.linkage_keys import KeyType
from schemas.messages.exchange import MAX_EXCHANGE_BYTES, ExchangeRequest, PossessionMacs, PossessionProof, Refusal
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
    macs = tuple(prove_possession(key, statement) for key in keys)[:8]
    return PossessionProof(keys=(PossessionMacs(key_type=KeyType.P_D, macs=macs),))


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


# What an acquaintance knows: a child's county, birth date and sex, but not its name or number.


@dataclass(frozen=True)
class Acquaintance:
    """A child of the index of which the colluders had some weak keys evaluated, and no other."""

    loot: Loot
    weak: HashedRow
    handle: bytes

    def macs(self, request_id: str, said: KeyType, known: KeyType) -> PossessionMacs:
        """Prove the key type `said` with what is known of the key type `known`."""
        return self.loot.collusion.macs(request_id, self.handle, said, self.weak.outputs[known])

    def ask(self, state: "State") -> Refusal | None:
        """Ask the provider directly under a forged grant."""

        def forge(_loot: Loot, request_id: str, _handle: bytes) -> PossessionProof:
            return PossessionProof(keys=state(self, request_id))

        refusals, values = _ask(self.loot, forge, [self.handle])
        assert bool(values) == (refusals == [None])
        return refusals[0]


State = Callable[[Acquaintance, str], tuple[PossessionMacs, ...]]


@pytest.fixture(scope="module")
def acquaintance(scene: Scene, loot: Loot) -> Acquaintance:
    weak_types = (KeyType.R6_D_X, KeyType.N_R6)
    for row in roster_rows(scene, scene.plan("P04"), loot.collusion.agreement):
        weak = replace(row, keys=tuple(key for key in row.keys if key.key_type in weak_types))
        if {key.key_type for key in weak.keys} == set(weak_types):
            (hashed,) = evaluate_rows(loot.collusion.requester, loot.collusion.agreement, [weak]).rows
            if found := set.intersection(*(handles_of(loot.index, hashed, key_type) for key_type in weak_types)):
                return Acquaintance(loot, hashed, min(found))
    raise AssertionError("no child of the roster is in the index by name, county, birth date and sex")


def _county_birth_date_and_sex(asked: Acquaintance, request_id: str) -> tuple[PossessionMacs, ...]:
    return (asked.macs(request_id, KeyType.R6_D_X, KeyType.R6_D_X),)


def _the_same_twice(asked: Acquaintance, request_id: str) -> tuple[PossessionMacs, ...]:
    return _county_birth_date_and_sex(asked, request_id) * 2


def _with_a_made_up_number(asked: Acquaintance, request_id: str) -> tuple[PossessionMacs, ...]:
    made_up = asked.loot.collusion.macs(request_id, asked.handle, KeyType.ID, [os.urandom(64)])
    return (*_county_birth_date_and_sex(asked, request_id), made_up)


def _with_itself_under_another_name(asked: Acquaintance, request_id: str) -> tuple[PossessionMacs, ...]:
    renamed = asked.macs(request_id, KeyType.N_R6, KeyType.R6_D_X)
    return (*_county_birth_date_and_sex(asked, request_id), renamed)


def _as_a_number(asked: Acquaintance, request_id: str) -> tuple[PossessionMacs, ...]:
    return (asked.macs(request_id, KeyType.ID, KeyType.R6_D_X),)


def _as_a_guardian_s_number(asked: Acquaintance, request_id: str) -> tuple[PossessionMacs, ...]:
    renamed = asked.macs(request_id, KeyType.GUARDIAN, KeyType.R6_D_X)
    return (*_county_birth_date_and_sex(asked, request_id), renamed)


def _name_and_county(asked: Acquaintance, request_id: str) -> tuple[PossessionMacs, ...]:
    return (asked.macs(request_id, KeyType.N_R6, KeyType.N_R6),)


@pytest.mark.parametrize(
    "state",
    [
        _county_birth_date_and_sex,
        _the_same_twice,
        _with_a_made_up_number,
        _with_itself_under_another_name,
        _as_a_number,
        _as_a_guardian_s_number,
        _name_and_county,
    ],
)
def test_one_weak_key_opens_no_record(scene: Scene, acquaintance: Acquaintance, state: State) -> None:
    provider = scene.session(scene.plan("P04").provider)
    before = alerts_of(provider)
    assert acquaintance.ask(state) is Refusal.POSSESSION_NOT_PROVEN
    assert {code for code, _ in alerts_of(provider) - before} == {"possession_not_proven"}


def test_two_weak_keys_together_open_the_record(acquaintance: Acquaintance) -> None:
    """The positive control: who also knows the name knows the child."""

    def both(asked: Acquaintance, request_id: str) -> tuple[PossessionMacs, ...]:
        return (*_county_birth_date_and_sex(asked, request_id), *_name_and_county(asked, request_id))

    assert acquaintance.ask(both) is None
