"""What is kept of a request and its answer: once each, in whatever order they are told."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from connectors.own_log.messages import Answered, Asked, OwnMessage, find_request, note_answered, note_message
from connectors.state.database import open_state, writing
from keys.crypto.signing import generate_signing_key
from keys.protocol.envelopes import VerifiedEnvelope, envelope_digest, sign_envelope
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.formats import digest_of

SECONDS = 1_795_262_400
CLAIMS = EnvelopeClaims(
    type=MessageType.EXCHANGE,
    issuer="civil_affairs.990101",
    audience="education.990101",
    id="0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f",
    issued_at=SECONDS,
    expires_at=SECONDS + 120,
    body=digest_of(b"body"),
)
ASKED = Asked(digest_of(b"agreement"), 2, ("age_band",))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Engine]:
    engine = open_state(tmp_path / "state.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def request_of() -> VerifiedEnvelope:
    token = sign_envelope(generate_signing_key(os.urandom), CLAIMS)
    return VerifiedEnvelope(token, CLAIMS, envelope_digest(token), "key")


def answered(state: Engine, envelope: VerifiedEnvelope, records: int) -> Answered:
    """Note the request with an answer about so many records, and return the answer."""
    answer = Answered(envelope.token, records, SECONDS + records)
    with writing(state) as connection:
        note_message(connection, envelope, ASKED, CLAIMS.audience, SECONDS, answer)
    return answer


def kept(state: Engine, envelope: VerifiedEnvelope) -> OwnMessage:
    found = find_request(state, envelope.digest, CLAIMS.issuer)
    assert found is not None
    return found


def test_a_request_may_be_noted_with_its_answer(state: Engine, request_of: VerifiedEnvelope) -> None:
    answer = answered(state, request_of, 2)
    found = kept(state, request_of)
    assert (found.asked, found.seen_at, found.refused) == (ASKED, SECONDS, None)
    assert (found.answer, found.answered_records, found.answered_at) == (answer.token, 2, SECONDS + 2)


def test_beside_a_request_that_is_known_the_answer_alone_is_noted(
    state: Engine, request_of: VerifiedEnvelope
) -> None:
    with writing(state) as connection:
        note_message(connection, request_of, ASKED, "kept.990101", SECONDS - 7)
    assert kept(state, request_of).answer is None
    answered(state, request_of, 1)
    found = kept(state, request_of)
    assert (found.peer, found.seen_at, found.answered_records) == ("kept.990101", SECONDS - 7, 1)


def test_both_ways_of_noting_an_answer_leave_the_same(state: Engine, request_of: VerifiedEnvelope) -> None:
    at_once = answered(state, request_of, 2)
    noted = kept(state, request_of)
    with writing(state) as connection:
        note_answered(connection, request_of.digest, at_once)
    assert kept(state, request_of) == noted
