import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.log.leaf import parse_leaf
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.services.sign_log import sign_log
from keys.protocol.envelopes import envelope_digest
from schemas.base64url import encode_base64url
from schemas.envelope import ENVELOPE_HEADER, MessageType
from schemas.linkage_keys import KeyType
from schemas.messages.exchange import ReceiptRequest
from schemas.messages.match import MatchAnswer, Outcome
from tests.scenario.gateway_simulator import PROVIDER_ID, World, entry, played_world, record


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway") as world:
        yield world


def _leaf_types(world: World) -> list[str]:
    with read_transaction(world.gateway.engine) as connection:
        return list(connection.scalars(select(audit_leaf.c.type).order_by(audit_leaf.c.idx)))


def test_a_question_from_evaluation_to_receipt(world: World) -> None:
    agreement = world.conclude()
    handle = os.urandom(16)
    held = world.provider.index_hashes("id\x1f990101201603151", "p.d\x1fli.ming20160315")
    world.publish(agreement, [[entry(handle, KeyType.ID, held[0]), entry(handle, KeyType.P_D, held[1])]])
    before = len(_leaf_types(world))

    answer, asked = world.evaluate(agreement, "id\x1f990101201603151", "p.d\x1fli.ming20160315")
    world.check_signed(answer)
    world.check_promise(answer, envelope_digest(answer.headers[ENVELOPE_HEADER]))
    assert asked == held

    stranger = record(id=os.urandom(16), p_d=os.urandom(16))
    answer = world.match(agreement, [record(id=asked[0], p_d=asked[1]), stranger])
    world.check_signed(answer)
    relay = world.check_promise(answer, envelope_digest(answer.headers[ENVELOPE_HEADER]))
    matched = MatchAnswer.from_bytes(answer.body, 2**20)
    assert [outcome.outcome for outcome in matched.outcomes] == [Outcome.MATCH, Outcome.NON_MATCH]
    assert matched.outcomes[0].handles == (encode_base64url(handle),)
    assert matched.grant is not None

    answer = world.exchange(agreement, matched.grant, (encode_base64url(handle),))
    assert answer.status == 200, answer.body
    world.check_signed(answer)
    released = envelope_digest(answer.headers[ENVELOPE_HEADER])
    world.check_promise(answer, released)

    receipt = ReceiptRequest(receipt_number="TX-ABCDEFGHIJ", answer=released, opened=True)
    answer = world.post(world.requester, MessageType.RECEIPT, receipt, PROVIDER_ID, agreement=agreement.digest())
    assert answer.status == 200, answer.body
    world.check_promise(answer, envelope_digest(answer.headers[ENVELOPE_HEADER]))

    assert _leaf_types(world)[before:] == [
        "evaluate.query",
        "evaluate.result",
        "part.query",
        "part.result",
        "match.query",
        "match.result",
        "field.query",
        "field.release",
        "field.receipt",
        "field.receipt",
    ]
    assert len(world.provider.relays) == 3

    sign_log(world.gateway)
    proof = world.http.get(f"{world.url}/v1/log/inclusion/{relay.leaf}").json()
    assert proof["index"] == relay.leaf_index
    assert proof["checkpoint"] == world.http.get(f"{world.url}/v1/log/checkpoint").text


def test_outcomes_name_the_intent_and_the_answer(world: World) -> None:
    agreement = world.conclude()
    world.publish(agreement, [[]])
    answer, _ = world.evaluate(agreement, "id\x1fx")
    with read_transaction(world.gateway.engine) as connection:
        entries = list(connection.scalars(select(audit_leaf.c.entry).order_by(audit_leaf.c.idx)))[-2:]
    intent, outcome = (parse_leaf(data) for data in entries)
    assert outcome.event.ref == intent.event_id
    assert outcome.event.request is not None
    assert outcome.event.request.digest == envelope_digest(answer.headers[ENVELOPE_HEADER])
    assert outcome.event.correlation_id == intent.event.correlation_id
