"""Randomness that repeats, and a sealing key of two shares."""

import random as stdlib_random
from dataclasses import dataclass

import pytest

from keys.crypto.ristretto255 import Element
from keys.private_or.opening_share import OpeningShare, join_shares, make_opening_share
from schemas.randomness import RandomSource

SCOPE = "P03/2026-11"


@dataclass(frozen=True)
class SealingKey:
    """The sealing key and both its shares."""

    keeper: OpeningShare
    requester: OpeningShare
    key: Element


@pytest.fixture
def random() -> RandomSource:
    """Bytes that are the same in every run (seed 20261122)."""
    return stdlib_random.Random(20261122).randbytes


@pytest.fixture
def sealing(random: RandomSource) -> SealingKey:
    keeper = make_opening_share("lead_body.990000", SCOPE, random)
    requester = make_opening_share("civil_affairs.990101", SCOPE, random)
    stated = {"lead_body.990000": keeper.stated, "civil_affairs.990101": requester.stated}
    return SealingKey(keeper, requester, join_shares(stated, SCOPE))
