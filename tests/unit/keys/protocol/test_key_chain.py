"""Whose keys are believed: chains of statements, and what must not get into one."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from keys.crypto.signing import SigningKey, generate_signing_key
from keys.protocol.key_chain import (
    UntrustedKeyError,
    encode_verification_key,
    follow_chain,
    read_root,
    state_key,
)
from schemas.base64url import encode_base64url
from schemas.formats import digest_of
from schemas.key_statement import KeyStatement, KeyUse

NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
AGENCY = "civil_affairs.990101"


def signing_statement(key: SigningKey, signer: SigningKey, **changes: object) -> str:
    statement = KeyStatement(
        agency=AGENCY,
        use=KeyUse.SIGNING,
        key_id=key.verification_key.key_id,
        public_key=encode_verification_key(key.verification_key),
        issued_at=SECONDS,
        active_from=SECONDS,
    )
    return state_key(signer, statement.model_copy(update=changes))


def opening_statement(signer: SigningKey, public_key: bytes, **changes: object) -> str:
    statement = KeyStatement(
        agency=AGENCY,
        use=KeyUse.OPENING,
        key_id=digest_of(public_key),
        public_key=encode_base64url(public_key),
        issued_at=SECONDS,
        active_from=SECONDS,
    )
    return state_key(signer, statement.model_copy(update=changes))


@pytest.fixture
def root() -> SigningKey:
    return generate_signing_key(os.urandom)


def test_root_states_itself(root: SigningKey) -> None:
    token = signing_statement(root, root)
    keys = follow_chain(AGENCY, root.verification_key.key_id, [token])
    assert keys.verification_key(root.verification_key.key_id, SECONDS) == root.verification_key
    assert read_root(AGENCY, token) == root.verification_key.key_id


def test_another_root_is_refused(root: SigningKey) -> None:
    other = generate_signing_key(os.urandom)
    with pytest.raises(UntrustedKeyError, match="root_differs"):
        follow_chain(AGENCY, root.verification_key.key_id, [signing_statement(other, other)])


def test_root_of_another_agency_is_refused(root: SigningKey) -> None:
    token = signing_statement(root, root)
    with pytest.raises(UntrustedKeyError, match="root_differs"):
        follow_chain("education.990101", root.verification_key.key_id, [token])


def test_empty_chain_is_refused(root: SigningKey) -> None:
    with pytest.raises(UntrustedKeyError, match="root_differs"):
        follow_chain(AGENCY, root.verification_key.key_id, [])


def test_root_not_signed_by_itself_is_refused(root: SigningKey) -> None:
    forger = generate_signing_key(os.urandom)
    with pytest.raises(UntrustedKeyError, match="root_differs"):
        follow_chain(AGENCY, root.verification_key.key_id, [signing_statement(root, forger)])


def test_opening_key_signed_by_the_root_is_believed(root: SigningKey) -> None:
    public_key = os.urandom(32)
    tokens = [signing_statement(root, root), opening_statement(root, public_key)]
    keys = follow_chain(AGENCY, root.verification_key.key_id, tokens)
    assert keys.opening_key(NOW).public_key == encode_base64url(public_key)
    assert not keys.rejections


def test_opening_key_of_a_forger_is_reported_and_not_believed(root: SigningKey) -> None:
    forger = generate_signing_key(os.urandom)
    honest = os.urandom(32)
    tokens = [
        signing_statement(root, root),
        opening_statement(root, honest),
        opening_statement(forger, os.urandom(32), active_from=SECONDS + 1),
    ]
    keys = follow_chain(AGENCY, root.verification_key.key_id, tokens)
    assert keys.opening_key(NOW + timedelta(hours=1)).public_key == encode_base64url(honest)
    assert [(found.place, found.use, found.reason) for found in keys.rejections] == [(2, "opening", "not_stated")]


def test_successor_signed_by_its_predecessor_takes_over(root: SigningKey) -> None:
    successor = generate_signing_key(os.urandom)
    public_key = os.urandom(32)
    tokens = [
        signing_statement(root, root),
        signing_statement(successor, root, active_from=SECONDS + 10),
        signing_statement(root, successor, issued_at=SECONDS + 20, accept_until=SECONDS + 100),
        opening_statement(successor, public_key, issued_at=SECONDS + 200),
    ]
    keys = follow_chain(AGENCY, root.verification_key.key_id, tokens)
    assert not keys.rejections
    assert keys.verification_key(root.verification_key.key_id, SECONDS + 99) == root.verification_key
    with pytest.raises(UntrustedKeyError, match="not_in_force"):
        keys.verification_key(root.verification_key.key_id, SECONDS + 100)
    assert keys.verification_key(successor.verification_key.key_id, SECONDS + 500) == successor.verification_key


def test_old_key_can_state_nothing_after_its_end(root: SigningKey) -> None:
    successor = generate_signing_key(os.urandom)
    tokens = [
        signing_statement(root, root),
        signing_statement(successor, root),
        signing_statement(root, successor, accept_until=SECONDS + 100),
        opening_statement(root, os.urandom(32), issued_at=SECONDS + 100),
    ]
    keys = follow_chain(AGENCY, root.verification_key.key_id, tokens)
    assert [found.reason for found in keys.rejections] == ["not_in_force"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agency": "education.990101"}, "another_agency"),
        ({"use": KeyUse.EVALUATION}, "malformed"),
        ({"agreement": digest_of(b"x"), "epoch": 1}, "malformed"),
    ],
)
def test_statement_in_another_form_is_rejected(root: SigningKey, changes: dict[str, object], reason: str) -> None:
    tokens = [signing_statement(root, root), opening_statement(root, os.urandom(32), **changes)]
    keys = follow_chain(AGENCY, root.verification_key.key_id, tokens)
    assert [found.reason for found in keys.rejections] == [reason]


def test_key_id_that_is_not_the_thumbprint_is_rejected(root: SigningKey) -> None:
    successor = generate_signing_key(os.urandom)
    tokens = [signing_statement(root, root), signing_statement(successor, root, key_id=digest_of(b"other"))]
    assert [found.reason for found in follow_chain(AGENCY, root.verification_key.key_id, tokens).rejections] == [
        "key_id_differs"
    ]


def test_unreadable_statement_is_rejected(root: SigningKey) -> None:
    keys = follow_chain(AGENCY, root.verification_key.key_id, [signing_statement(root, root), "a.b.c"])
    assert len(keys.rejections) == 1


def test_evaluation_keys_belong_to_one_agreement_and_epoch(root: SigningKey) -> None:
    def stated(agreement: str, epoch: int, public_key: bytes) -> str:
        changes = {"use": KeyUse.EVALUATION, "agreement": agreement, "epoch": epoch}
        return opening_statement(root, public_key, **changes)

    one, two = digest_of(b"one"), digest_of(b"two")
    first, second, other = (bytes([number]) * 32 for number in (1, 2, 3))
    tokens = [signing_statement(root, root), stated(one, 1, first), stated(one, 2, second), stated(two, 1, other)]
    keys = follow_chain(AGENCY, root.verification_key.key_id, tokens)
    assert keys.evaluation_key(one, 1, NOW).public_key == encode_base64url(first)
    assert [found.epoch for found in keys.evaluation_keys(one, NOW)] == [2, 1]
    assert [found.public_key for found in keys.evaluation_keys(two, NOW)] == [encode_base64url(other)]
    assert keys.evaluation_keys(one, NOW - timedelta(seconds=1)) == []
    assert keys.evaluation_epochs(one, NOW - timedelta(seconds=1)) == {1, 2}
    with pytest.raises(UntrustedKeyError, match="not_stated"):
        keys.evaluation_key(two, 2, NOW)
