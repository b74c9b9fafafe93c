"""Only who had the identifier evaluated can prove possession, and only for the request it was made for."""

import os
from dataclasses import replace

import pytest

from keys.protocol.possession import (
    PossessionStatement,
    index_hash_of,
    is_possession_proven,
    possession_key_of,
    prove_possession,
)
from schemas.formats import digest_of

STATEMENT = PossessionStatement(
    agreement=digest_of(b"agreement"),
    request_id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
    requester="civil_affairs.990101",
    provider="disabled_federation.990101",
    handle="AAAAAAAAAAAAAAAAAAAAAA",
    attributes=("care_subsidy_eligible", "cert_valid_until"),
)


def test_index_hash_and_possession_key_share_no_byte() -> None:
    output = bytes(range(64))
    assert index_hash_of(output) == bytes(range(16))
    assert possession_key_of(output) == bytes(range(32, 64))


def test_proof_holds_for_its_key_and_statement() -> None:
    key = os.urandom(32)
    assert is_possession_proven(key, STATEMENT, prove_possession(key, STATEMENT))


def test_order_of_attributes_does_not_matter() -> None:
    key = os.urandom(32)
    other = replace(STATEMENT, attributes=STATEMENT.attributes[::-1])
    assert prove_possession(key, other) == prove_possession(key, STATEMENT)


@pytest.mark.parametrize("member", ["agreement", "request_id", "requester", "provider", "handle"])
def test_proof_is_good_for_nothing_else(member: str) -> None:
    key = os.urandom(32)
    other = replace(STATEMENT, **{member: "other"})
    assert not is_possession_proven(key, other, prove_possession(key, STATEMENT))


def test_proof_covers_the_attributes() -> None:
    key = os.urandom(32)
    other = replace(STATEMENT, attributes=("care_subsidy_eligible",))
    assert not is_possession_proven(key, other, prove_possession(key, STATEMENT))


def test_another_key_proves_nothing() -> None:
    assert not is_possession_proven(os.urandom(32), STATEMENT, prove_possession(os.urandom(32), STATEMENT))
