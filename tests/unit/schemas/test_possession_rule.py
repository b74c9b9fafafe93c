"""What proves possession: one key type that proves alone, or two; and never one weak key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.key_set import load_key_set
from schemas.possession_rule import is_proven

KEY_SET = load_key_set("G")
WEAK = {"g1.d", "s1.d.r4", "n.y.r4", "n.r6", "r6.d.x"}
STRONG = {"id", "p.d", "g.d", "p.ym", "p.md", "p.swap", "gi.d", "ph.d", "gn.p", "gn.d", "guardian"}


@given(st.sets(st.sampled_from(sorted(WEAK | STRONG))))
def test_one_strong_key_or_two(proven: set[str]) -> None:
    assert is_proven(proven, KEY_SET) == bool(proven & STRONG or len(proven) >= 2)


@pytest.mark.parametrize("weak", sorted(WEAK))
def test_one_weak_key_proves_nothing_however_often_it_stands(weak: str) -> None:
    assert not is_proven([weak, weak], KEY_SET)
    assert not is_proven({weak, "no.such.key"}, KEY_SET)


def test_every_key_type_is_weak_or_strong() -> None:
    assert {defined.name for defined in KEY_SET.key_types} == WEAK | STRONG


def test_nothing_proves_nothing() -> None:
    assert not is_proven((), KEY_SET)
