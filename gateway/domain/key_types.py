"""Which key type codes may stand in an index and in a question: unknown ones are refused, so are undeclared flags."""

from collections.abc import Collection

from schemas.key_set import KeySet
from schemas.messages.index import FLAGGED


def evidence_codes(key_set: KeySet) -> frozenset[int]:
    """Return the codes of the key types that are evidence, and of the flagged forms that are declared."""
    flagged = {defined.code | FLAGGED for defined in key_set.evidence if defined.flag is not None}
    return frozenset({defined.code for defined in key_set.evidence} | flagged)


def relation_codes(key_set: KeySet, relations: Collection[str]) -> frozenset[int]:
    """Return the codes of the named key types that ask about another person."""
    return frozenset(defined.code for defined in key_set.key_types if defined.relation and defined.name in relations)
