"""Agencies read the entries that they are party to, and no others; that they looked is logged."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.own_log.entry import parse_disclosure, parse_entry
from connectors.own_log.proofs import verify_checkpoints, verify_shown
from gateway.bootstrap import own_keys
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.services.enrol_member import enrol_member, read_enrolment
from gateway.services.log_key import log_verifier_key
from gateway.services.sign_log import sign_log
from keys.protocol.envelopes import envelope_digest, verify_relay
from schemas.base64url import encode_base64url
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, MessageType
from schemas.linkage_keys import KeyType
from schemas.messages.log_entries import (
    MAX_LOG_ENTRIES,
    MAX_LOG_ENTRIES_ANSWER_BYTES,
    LogEntriesAnswer,
    LogEntriesRequest,
    LogPlace,
    ShownEntry,
)
from schemas.messages.registry import GatewayPin
from schemas.problem import ProblemCode
from tests.scenario.gateway_simulator import (
    GATEWAY_ID,
    Agency,
    Answer,
    World,
    entry,
    played_world,
    record,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway") as played:
        yield played


@pytest.fixture
def asked(world: World) -> World:
    """A world in which one question was asked and its log is signed."""
    agreement = world.conclude()
    (known,) = world.provider.index_hashes("a child")
    world.publish(agreement, [[entry(b"\x01" * 16, KeyType.ID, known)]])
    world.evaluate(agreement, "a child", case="TA-1")
    assert world.match(agreement, [record(id=known)]).status == 200
    sign_log(world.gateway)
    return world


def shard_of(world: World) -> int:
    with read_transaction(world.gateway.engine) as connection:
        shard: int = connection.scalars(select(audit_leaf.c.shard)).first() or 0
    return shard


def ask(world: World, sender: Agency, request: LogEntriesRequest) -> Answer:
    return world.post(sender, MessageType.LOG_ENTRIES, request, GATEWAY_ID)


def walk(world: World, sender: Agency, index: int = 0) -> LogEntriesAnswer:
    answer = ask(world, sender, LogEntriesRequest(since=LogPlace(shard=shard_of(world), index=index)))
    assert answer.status == 200, answer.body
    world.check_signed(answer)
    return LogEntriesAnswer.from_bytes(answer.body, MAX_LOG_ENTRIES_ANSWER_BYTES)


def read(world: World, answer: LogEntriesAnswer) -> list[bytes]:
    """Return the bytes of all entries, each proven."""
    settings = world.gateway.settings
    pin = GatewayPin(
        url=world.url,
        gateway=GATEWAY_ID,
        signing_key=own_keys(settings).statements[0].key_id,
        log_name=settings.log_name,
        log_verifier_key=log_verifier_key(world.gateway.keys, settings.log_name, world.gateway.now()),
    )
    checkpoints = verify_checkpoints(pin, answer.checkpoints)
    return [verify_shown(shown, checkpoints) for shown in answer.entries]


def test_both_parties_see_their_entries_verbatim_and_proven(asked: World) -> None:
    for agency in (asked.requester, asked.provider):
        answer = walk(asked, agency)
        entries = [parse_entry(data) for data in read(asked, answer)]
        assert entries[0].type == "log.start"
        assert {"evaluate.query", "evaluate.result", "match.query", "match.result"} <= {one.type for one in entries}
        assert all(agency.id in {one.actor, one.peer} for one in entries[1:])
        assert answer.next is None


def test_a_third_agency_sees_nothing_but_how_the_year_began(asked: World) -> None:
    stranger = Agency("education.990101", asked.clock)
    enrol_member(asked.gateway, read_enrolment(stranger.enrolment()))
    sign_log(asked.gateway)
    types = [parse_entry(data).type for data in read(asked, walk(asked, stranger))]
    assert types == ["log.start", "agency.enrol"]
    correlation = _correlation(asked, "match.query")
    refused = ask(asked, stranger, LogEntriesRequest(correlations=(correlation,)))
    assert refused.problem.code is ProblemCode.NOT_A_PARTY
    assert refused.headers[RELAY_HEADER]  # refused, and the refusal is logged


def _correlation(world: World, event_type: str) -> str:
    with read_transaction(world.gateway.engine) as connection:
        found: str | None = connection.scalar(select(audit_leaf.c.corr).where(audit_leaf.c.type == event_type))
    assert found is not None
    return found


def test_only_what_the_asker_had_stated_is_disclosed_to_it_alone(asked: World) -> None:
    """Each agency is told its own officers and cases, of its questions and of its signatures, and nobody else's."""
    stated = {asked.requester.id: {"officer", "approver", "case_ref"}, asked.provider.id: {"officer", "approver"}}
    for agency in (asked.requester, asked.provider):
        shown = walk(asked, agency)
        told = {
            (entry.actor, parse_disclosure(text).name)
            for entry, one in zip(map(parse_entry, read(asked, shown)), shown.entries, strict=True)
            for text in one.disclosures
        }
        assert told == {(agency.id, name) for name in stated[agency.id]}


def test_entries_about_one_request_are_all_its_steps(asked: World) -> None:
    correlation = _correlation(asked, "match.query")
    answer = ask(asked, asked.provider, LogEntriesRequest(correlations=(correlation,)))
    shown = LogEntriesAnswer.from_bytes(answer.body, MAX_LOG_ENTRIES_ANSWER_BYTES)
    entries = [parse_entry(data) for data in read(asked, shown)]
    assert {one.type for one in entries} >= {"match.query", "match.result"}
    assert {one.correlation for one in entries} == {correlation}


def test_an_unknown_request_has_no_entries(asked: World) -> None:
    request = LogEntriesRequest(correlations=("0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f",))
    answer = ask(asked, asked.requester, request)
    assert LogEntriesAnswer.from_bytes(answer.body, MAX_LOG_ENTRIES_ANSWER_BYTES).entries == ()


def test_looking_is_logged_and_promised(asked: World) -> None:
    answer = ask(asked, asked.requester, LogEntriesRequest(since=LogPlace(shard=shard_of(asked), index=0)))
    keys = own_keys(asked.gateway.settings)
    relay = verify_relay(
        answer.headers[RELAY_HEADER], lambda _, key_id: keys.verification_key(key_id, asked.clock.seconds())
    )
    assert relay.envelope == envelope_digest(answer.headers[ENVELOPE_HEADER])
    with read_transaction(asked.gateway.engine) as connection:
        leaf = connection.execute(
            select(audit_leaf).where(audit_leaf.c.idx == relay.leaf_index, audit_leaf.c.shard == relay.shard)
        ).one()
    assert (leaf.type, leaf.actor_org, encode_base64url(leaf.leaf_hash)) == (
        "audit.view",
        asked.requester.id,
        relay.leaf,
    )


def test_a_request_counts_once(asked: World) -> None:
    message = LogEntriesRequest(since=LogPlace(shard=shard_of(asked), index=0))
    claims = asked.requester.claims(MessageType.LOG_ENTRIES, message.to_bytes(), GATEWAY_ID)
    assert asked.send(asked.requester, claims, message.to_bytes()).status == 200
    assert asked.send(asked.requester, claims, message.to_bytes()).problem.code is ProblemCode.REPLAYED


def test_many_entries_come_in_pages_each_once(asked: World) -> None:
    agreement = asked.conclude()
    (known,) = asked.provider.index_hashes("a child")
    asked.publish(agreement, [[entry(b"\x01" * 16, KeyType.ID, known)]])
    for _ in range(MAX_LOG_ENTRIES // 2):
        asked.evaluate(agreement, "a child")
    sign_log(asked.gateway)
    shown: list[ShownEntry] = []
    place: LogPlace | None = LogPlace(shard=shard_of(asked), index=0)
    pages = 0
    while place is not None:
        answer = walk(asked, asked.requester, place.index)
        read(asked, answer)
        shown += answer.entries
        place, pages = answer.next, pages + 1
    assert pages == 2
    places = [one.place.index for one in shown]
    assert places == sorted(set(places))
    assert len(places) > MAX_LOG_ENTRIES


def test_what_is_not_signed_yet_is_not_shown(asked: World) -> None:
    before = len(walk(asked, asked.requester).entries)
    asked.evaluate(asked.conclude(), "a child")
    assert len(walk(asked, asked.requester).entries) == before


def test_a_year_without_a_log_leads_to_the_next_one(asked: World) -> None:
    answer = ask(asked, asked.requester, LogEntriesRequest(since=LogPlace(shard=2000, index=0)))
    shown = LogEntriesAnswer.from_bytes(answer.body, MAX_LOG_ENTRIES_ANSWER_BYTES)
    assert (shown.entries, shown.next) == ((), LogPlace(shard=shard_of(asked), index=0))
