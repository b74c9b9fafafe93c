"""One child has nothing in common under two agreements: no hash, no handle, and no place in any order."""

import os
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.cli.session import Session
from connectors.identifiers import new_uuid
from connectors.requester.ask import Questioner
from connectors.state.database import reading
from connectors.state.questions import Question
from connectors.state.tables import index_record
from demo.scenario.cast import APPROVER, CASE, COUNTY, OFFICER
from demo.scenario.desks import agree, publish
from demo.scenario.rosters import write_roster_mapping
from keys.crypto.oprf import Mode, evaluate
from keys.protocol.evaluation_keys import derive_evaluation_key
from keys.protocol.possession import index_hash_of, possession_key_of
from schemas.agreement import Agreement
from schemas.formats import digest_of
from schemas.messages.index import MAX_INDEX_PART_BYTES, IndexPart, unpack_entries
from schemas.messages.match import MAX_MATCH_BYTES, MatchRequest
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
    """Ask a question and return its records in the order in which the gateway received them.

    Under one agreement a child has one hash, so that two orders can be compared.
    """
    plan, wire = scene.plan(PURPOSE), Wire()
    agreement = scene.agreements[PURPOSE]
    with over(wire, scene.session(plan.requester)) as session:
        question = Question(
            id=new_uuid(os.urandom),
            agreement=agreement.digest(),
            attributes=agreement.attributes,
            region=COUNTY,
            case=CASE,
            officer=OFFICER,
            approver=APPROVER,
            mapping_path=str(write_roster_mapping(scene.stage.province, plan.roster)),
            roster_version=None,
            asked_at=session.connector.seconds(),
        )
        Questioner(session.connector, session.client, session.trust).ask(question, lambda *_: None)
    requests = [MatchRequest.from_bytes(body, MAX_MATCH_BYTES) for body in wire.bodies("/v1/match")]
    return [str(sorted(record.hashes.items())) for request in requests for record in request.records]


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
