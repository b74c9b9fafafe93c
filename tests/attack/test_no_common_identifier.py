"""One child has nothing in common under two agreements: no hash, no handle, and no place in any order."""

from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.cli.session import Session
from connectors.gateway_client import PATHS
from connectors.state.database import reading
from connectors.state.tables import index_record
from demo.scenario.desks import agree, publish
from keys.crypto.oprf import Mode, evaluate
from keys.crypto.oprf_batch import evaluate_batch
from keys.protocol.evaluation_keys import derive_evaluation_key
from keys.protocol.possession import index_hash_of, possession_key_of
from schemas.agreement import Agreement
from schemas.check_digit import complete_citizen_id
from schemas.citizen_id import CitizenId, parse_citizen_id
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.identity import ChildIdentity, GuardianIdentity
from schemas.key_set import load_key_set
from schemas.linkage_keys import KeyType, LinkageKey, linkage_keys, relation_keys_of_record
from schemas.messages.index import FLAGGED, MAX_INDEX_PART_BYTES, IndexPart, unpack_entries
from schemas.messages.match import MAX_MATCH_PART_BYTES, MatchPart, unpack_asked
from tests.attack.attacker import query_gateway, read_index
from tests.attack.wire import Wire, over
from tests.scene import Scene

PURPOSE = "P01"
SECRET = st.binary(min_size=32, max_size=32)


@pytest.fixture(scope="module")
def twins(scene: Scene) -> tuple[tuple[Agreement, Wire], tuple[Agreement, Wire]]:
    """Make two agreements of one provider for one purpose, and listen while their indexes are published."""
    return _published(scene), _published(scene)


def _published(scene: Scene) -> tuple[Agreement, Wire]:
    plan, wire = scene.plan(PURPOSE), Wire()
    requester = scene.session(plan.requester)
    agreement = agree(requester, scene.session(plan.provider), PURPOSE, plan.regions)
    with over(wire, scene.session(plan.provider)) as provider:
        publish(provider, agreement, lambda *_: None)
    requester.client.refresh_registry()
    return agreement, wire


def test_two_indexes_have_no_hash_and_no_handle_in_common(
    scene: Scene, twins: tuple[tuple[Agreement, Wire], tuple[Agreement, Wire]]
) -> None:
    one, two = (read_index(scene, agreement) for agreement, _ in twins)
    assert len(one) == len(two) > 100
    texts = [{row.index_hash for row in index} | {row.handle for row in index} for index in (one, two)]
    assert not texts[0] & texts[1]
    windows = [{text[start : start + 6] for text in index for start in range(11)} for index in texts]
    assert not windows[0] & windows[1]


def test_an_index_holds_every_key_type_of_a_child_and_no_relation(
    scene: Scene, twins: tuple[tuple[Agreement, Wire], tuple[Agreement, Wire]]
) -> None:
    """What the other tests find nothing in common in is all there is."""
    codes = {row.key_type_code & ~FLAGGED for row in read_index(scene, twins[0][0])}
    assert codes == {defined.code for defined in load_key_set("G").evidence}


def test_the_whole_database_holds_no_handle_or_hash_twice(scene: Scene, twins: object) -> None:
    shared = query_gateway(
        scene, "SELECT count(*) FROM (SELECT index_hash FROM index_entry GROUP BY 1 HAVING count(DISTINCT volume) > 1)"
    )
    assert shared == [(0,)]
    shared = query_gateway(
        scene, "SELECT count(*) FROM (SELECT handle FROM index_entry GROUP BY 1 HAVING count(DISTINCT volume) > 1)"
    )
    assert shared == [(0,)]


def test_evaluation_keys_differ(scene: Scene, twins: tuple[tuple[Agreement, Wire], tuple[Agreement, Wire]]) -> None:
    plan = scene.plan(PURPOSE)
    session = scene.session(plan.requester)
    now = session.connector.now()
    keys = [
        session.trust.keys_of(agreement.provider.agency, agreement.provider.signing_key, now)
        .evaluation_key(agreement.digest(), 1, now)
        .public_key
        for agreement, _ in twins
    ]
    assert keys[0] != keys[1]


def test_the_order_of_publication_does_not_join_two_indexes(
    scene: Scene, twins: tuple[tuple[Agreement, Wire], tuple[Agreement, Wire]]
) -> None:
    provider = scene.session(scene.plan(PURPOSE).provider)
    places = [_places(provider, agreement, wire) for agreement, wire in twins]
    assert places[0].keys() == places[1].keys()
    children = sorted(places[0], key=places[0].__getitem__)
    rising = sum(places[1][before] < places[1][after] for before, after in pairwise(children))
    # In two independent orders half of all neighbours rise; nine standard deviations of it are below 0.5 here.
    assert abs(rising / (len(children) - 1) - 0.5) < 0.25
    assert sum(places[0][child] == places[1][child] for child in children) < 20


def _places(provider: Session, agreement: Agreement, wire: Wire) -> dict[bytes, int]:
    """Return the place of each child in the order in which the gateway received the index.

    Only the provider knows which handles are one child: its fingerprints tell us what the gateway must not find out.
    """
    parts = [IndexPart.from_bytes(body, MAX_INDEX_PART_BYTES) for body in wire.bodies("/v1/indexes/parts")]
    handles = list(dict.fromkeys(entry.handle for part in parts for entry in unpack_entries(part.entries)))
    with reading(provider.connector.state) as connection:
        rows = connection.execute(
            select(index_record.c.handle, index_record.c.fingerprint).where(
                index_record.c.agreement == agreement.digest()
            )
        )
        child_of = {row.handle: row.fingerprint for row in rows}
    return {child_of[handle]: place for place, handle in enumerate(handles)}


def test_the_order_of_a_question_does_not_join_two_questions(scene: Scene) -> None:
    orders = [_asked_order(scene), _asked_order(scene)]
    assert len(orders[0]) > 5
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def _asked_order(scene: Scene) -> list[str]:
    """Ask a question and return its rows by their place in the run, as the gateway sees them.

    Under one agreement a child has one hash, so that two orders can be compared.
    """
    plan, wire = scene.plan(PURPOSE), Wire()
    with over(wire, scene.session(plan.requester)) as session:
        stage = replace(scene.stage, sessions={**scene.stage.sessions, plan.requester: session})
        stage.ask(plan, scene.agreements[PURPOSE], lambda *_: None)
    parts = [MatchPart.from_bytes(body, MAX_MATCH_PART_BYTES) for body in wire.bodies(PATHS[MessageType.MATCH_PART])]
    asked: dict[int, list[tuple[int, bytes]]] = {}
    for entry in (entry for part in parts for entry in unpack_asked(part.entries)):
        asked.setdefault(entry.row, []).append((entry.key_type_code, entry.index_hash))
    return [str(sorted(entries)) for _, entries in sorted(asked.items())]


@given(
    seed=SECRET,
    salts=st.lists(SECRET, min_size=2, max_size=2, unique=True),
    agreements=st.lists(st.binary(max_size=8).map(digest_of), min_size=2, max_size=2, unique=True),
    epochs=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    identifier=st.binary(min_size=1, max_size=40),
)
def test_one_identifier_has_unlike_outputs(
    seed: bytes, salts: list[bytes], agreements: list[str], epochs: tuple[int, int], identifier: bytes
) -> None:
    def output(salt: bytes, agreement: str, epoch: int) -> bytes:
        return evaluate(derive_evaluation_key(seed, salt, agreement, epoch).private_key, identifier, Mode.VOPRF)

    first = output(salts[0], agreements[0], epochs[0])
    others = [
        output(salts[1], agreements[0], epochs[0]),
        output(salts[0], agreements[1], epochs[1]),
        output(salts[0], agreements[0], epochs[0] + 1),
    ]
    for other in others:
        assert index_hash_of(first) != index_hash_of(other)
        assert possession_key_of(first) != possession_key_of(other)
        assert not {first[start : start + 6] for start in range(59)} & {other[s : s + 6] for s in range(59)}
    assert first == output(salts[0], agreements[0], epochs[0])


# One child, at two providers and in two epochs: every key type.

TODAY = date(2026, 3, 5)


def _number(born: str, sequence: str) -> CitizenId:
    return parse_citizen_id(complete_citizen_id(f"990101{born}{sequence}"), allow_test_regions=True, today=TODAY)


WHOLE = ChildIdentity(
    citizen_id=_number("20150307", "001"),
    name="曾小红",
    birth_dates=(date(2015, 3, 8),),
    sex="2",
    regions=("990101", "990201"),
    guardian=GuardianIdentity(_number("19820305", "004"), "曾大山", "13800000001"),
)
SHORT = replace(
    WHOLE,
    citizen_id=None,
    repaired_ids=(_number("20150101", "002"),),
    name="曾红",
    birth_dates=(date(2015, 1, 1),),
)
KEYS = tuple(dict.fromkeys((*linkage_keys(WHOLE), *linkage_keys(SHORT), *relation_keys_of_record(WHOLE))))


def test_the_two_children_have_keys_of_every_type_flagged_and_not() -> None:
    key_set = load_key_set("G")
    assert {key.key_type for key in KEYS} == set(KeyType)
    assert {key.key_type.value for key in KEYS if key.is_flagged} == {d.name for d in key_set.key_types if d.flag}


@settings(max_examples=20, deadline=None)
@given(
    seeds=st.lists(SECRET, min_size=2, max_size=2, unique=True),
    salts=st.lists(SECRET, min_size=3, max_size=3, unique=True),
    agreements=st.lists(st.binary(max_size=8).map(digest_of), min_size=2, max_size=2, unique=True),
)
def test_no_key_of_a_child_has_anything_in_common_at_two_providers_or_in_two_epochs(
    seeds: list[bytes], salts: list[bytes], agreements: list[str]
) -> None:
    """Three indexes: two epochs of one agreement at one provider, and an agreement with another provider."""
    evaluation_keys = [
        derive_evaluation_key(seeds[0], salts[0], agreements[0], 1),
        derive_evaluation_key(seeds[0], salts[1], agreements[0], 2),
        derive_evaluation_key(seeds[1], salts[2], agreements[1], 1),
    ]
    inputs = list(dict.fromkeys(key.oprf_input() for key in KEYS))
    indexes = [evaluate_batch(pair.private_key, inputs, workers=1) for pair in evaluation_keys]
    windows = [{output[start : start + 6] for output in outputs for start in range(59)} for outputs in indexes]
    for one, two in combinations(windows, 2):
        assert not one & two
    # Within an index a hash is of one key of one type, so that types don't tell of one another either.
    assert all(len(set(map(index_hash_of, outputs))) == len(inputs) for outputs in indexes)


@given(text=st.text(min_size=1, max_size=20), pair=st.tuples(st.sampled_from(KeyType), st.sampled_from(KeyType)))
def test_one_text_under_two_key_types_is_two_inputs(text: str, pair: tuple[KeyType, KeyType]) -> None:
    one, two = (LinkageKey(key_type, text).oprf_input() for key_type in pair)
    assert (one == two) == (pair[0] is pair[1])
