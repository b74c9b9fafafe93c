"""What proves possession: one key type that proves alone, or two; and never one weak key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.key_set import load_key_set
from schemas.possession_rule import is_proven

KEY_SET = load_key_set("G")
WEAK = {"g1.d", "s1.d.r4", "r6.d.x"}
GUESSED = {"n.y.r4", "n.r6"}  # both hold nothing but a name, a year and a place
STRONG = {"id", "p.d", "g.d", "p.ym", "p.md", "p.swap", "gi.d", "ph.d", "gn.p", "gn.d", "guardian"}


@given(st.sets(st.sampled_from(sorted(WEAK | STRONG | GUESSED))))
def test_one_strong_key_or_two(proven: set[str]) -> None:
    assert is_proven(proven, KEY_SET) == bool(proven & STRONG or len(proven & WEAK) >= 2)


@pytest.mark.parametrize("weak", sorted(WEAK | GUESSED))
def test_one_weak_key_proves_nothing_however_often_it_stands(weak: str) -> None:
    assert not is_proven([weak, weak], KEY_SET)
    assert not is_proven({weak, "no.such.key"}, KEY_SET)


def test_name_year_and_place_prove_nothing_together() -> None:
    assert not is_proven(GUESSED, KEY_SET)


def test_every_key_type_is_one_of_these() -> None:
    assert {defined.name for defined in KEY_SET.key_types} == WEAK | STRONG | GUESSED


def test_nothing_proves_nothing() -> None:
    assert not is_proven((), KEY_SET)
