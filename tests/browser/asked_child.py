"""A child that agencies have asked about: the requests behind the pages that account for it."""

import os
from dataclasses import dataclass

from schemas.base64url import encode_base64url
from schemas.linkage_keys import KeyType
from schemas.messages.match import MatchAnswer
from tests.scenario.gateway_simulator import World, entry, record


@dataclass(frozen=True)
class AskedChild:
    """The child's handle, and how many accesses the log holds."""

    handle: str
    accesses: int


def ask_about_a_child(world: World, exchanges: int = 1) -> AskedChild:
    """Match a child once, then have its attributes released `exchanges` times."""
    agreement = world.conclude()
    raw, number, name = os.urandom(16), os.urandom(16), os.urandom(16)
    world.publish(agreement, [[entry(raw, KeyType.ID, number), entry(raw, KeyType.P_D, name)]])
    answer = world.match(agreement, [record(id=number, p_d=name)])
    assert answer.status == 200, answer.body
    found = MatchAnswer.from_bytes(answer.body, 2**20)
    assert found.grant is not None
    handle = encode_base64url(raw)
    for _ in range(exchanges):
        assert world.exchange(agreement, found.grant, (handle,)).status == 200
    return AskedChild(handle, exchanges + 1)
