"""Which key type codes may be sent: those that the key set declares, and no others."""

from gateway.domain.key_types import evidence_codes, relation_codes
from schemas.key_set import load_key_set
from schemas.messages.index import FLAGGED

G = load_key_set("G")


def test_evidence_has_its_declared_flags_and_no_relation() -> None:
    codes = evidence_codes(G)
    assert {code for code in codes if not code & FLAGGED} == set(range(1, 16))
    assert {code & ~FLAGGED for code in codes if code & FLAGGED} == {1, 2, 9}


def test_relations_are_those_that_are_named() -> None:
    assert relation_codes(G, ["guardian"]) == {16}
    assert relation_codes(G, ["id"]) == relation_codes(G, []) == frozenset()
