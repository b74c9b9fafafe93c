"""With which agreeing keys a match is proven: the strongest that proves alone, else two, and never one never asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.requester.prove import proving_types
from schemas.key_set import load_key_set
from schemas.linkage_keys import KeyType
from schemas.possession_rule import is_proven

KEY_SET = load_key_set("G")
ALL = frozenset(KeyType)


@pytest.mark.parametrize(
    ("agreed", "asked", "expected"),
    [
        (("p.d", "id"), ALL, ("id",)),
        (("gn.d", "p.ym", "r6.d.x"), ALL, ("p.ym",)),
        (("id!repaired",), ALL, ("id",)),
        (("r6.d.x", "n.r6"), ALL, ("n.r6", "r6.d.x")),
        (("n.y.r4!jan1", "g1.d", "r6.d.x"), ALL, ("g1.d", "n.y.r4")),
        (("r6.d.x",), ALL, ()),
        (("n.y.r4", "n.y.r4!jan1"), ALL, ()),
        (("id", "p.d"), {KeyType.P_D}, ("p.d",)),
        (("id",), {KeyType.P_D}, ()),
        (("guardian",), {KeyType.GUARDIAN}, ("guardian",)),
        (("made.up", "r6.d.x"), ALL, ()),
        ((), ALL, ()),
    ],
)
def test_proving_types(agreed: tuple[str, ...], asked: frozenset[KeyType], expected: tuple[str, ...]) -> None:
    assert proving_types(agreed, asked, KEY_SET) == expected


@given(agreed=st.sets(st.sampled_from(sorted(KeyType))), asked=st.sets(st.sampled_from(sorted(KeyType))))
def test_what_is_chosen_proves_and_nothing_that_would_prove_is_missed(
    agreed: set[KeyType], asked: set[KeyType]
) -> None:
    chosen = proving_types(agreed, asked, KEY_SET)
    assert set(chosen) <= agreed & asked
    assert is_proven(chosen, KEY_SET) == bool(chosen) == is_proven(agreed & asked, KEY_SET)
