"""By which of the agreeing keys a match is proven to the provider. Pure."""

from collections.abc import Collection, Iterable

from schemas.key_set import FLAG_MARK, KeySet
from schemas.linkage_keys import KeyType
from schemas.possession_rule import TOGETHER


def proving_types(agreed: Iterable[str], asked: Collection[KeyType], key_set: KeySet) -> tuple[KeyType, ...]:
    """Return the key types to prove a match with: the strongest that proves alone, else two that prove together.

    Args:
        agreed: agreeing keys as the gateway names them; a flagged one has the hash of its base type and counts as it.
        asked: the key types that were asked for; only these can be proven.
        key_set: names key types from the strongest to the weakest.

    Returns:
        One or two key types; none if the match can't be proven.
    """
    base_types = {name.partition(FLAG_MARK)[0] for name in agreed}
    usable = [defined for defined in key_set.key_types if defined.name in base_types and defined.name in asked]
    alone = [KeyType(defined.name) for defined in usable if defined.proves == "alone"]
    if alone:
        return (alone[0],)
    together = tuple(KeyType(defined.name) for defined in usable[:TOGETHER])
    return together if len(together) == TOGETHER else ()
