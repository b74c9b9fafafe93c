"""Who asks learns which index is active, and nothing of what a provider is publishing; strangers learn nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.envelope import MessageType
from schemas.linkage_keys import KeyType
from schemas.messages.index import IndexStatus, IndexStatusRequest
from schemas.messages.match import MatchAnswer
from schemas.problem import ProblemCode
from tests.scenario.gateway_simulator import GATEWAY_ID, World, entry, played_world, record

OTHER = "0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f77"


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway", database_url) as world:
        yield world


def test_the_requester_sees_the_active_index_and_no_publication_under_way(world: World) -> None:
    agreement = world.conclude()
    digest = agreement.digest()

    def status() -> IndexStatus:
        message = IndexStatusRequest(epoch=1)
        answer = world.tell(world.requester, MessageType.INDEX_STATUS, message, agreement=digest)
        return IndexStatus.from_bytes(answer.body, 2**20)

    assert status() == IndexStatus(state="none")
    hashes = os.urandom(16), os.urandom(16)
    entries = [entry(os.urandom(16), key, value) for key, value in zip((KeyType.ID, KeyType.P_D), hashes, strict=True)]
    first = world.publish(agreement, [entries])
    assert status() == IndexStatus(index=first, state="active", active=first)
    answer = world.match(agreement, [record(id=hashes[0], p_d=hashes[1])])
    assert MatchAnswer.from_bytes(answer.body, 2**20).index == first
    world.begin(agreement, OTHER, parts=3)
    assert status() == IndexStatus(index=first, state="active", active=first)


def test_the_requester_may_ask_about_no_other_index(world: World) -> None:
    agreement = world.conclude()
    message = IndexStatusRequest(epoch=1, index=OTHER)
    answer = world.post(world.requester, MessageType.INDEX_STATUS, message, GATEWAY_ID, agreement=agreement.digest())
    assert answer.problem.code is ProblemCode.NOT_A_PARTY
