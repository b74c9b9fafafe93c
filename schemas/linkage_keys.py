"""Linkage keys: the combinations of normalised attributes that are hashed obliviously and compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from schemas.identity import ChildIdentity
from schemas.person_name import PersonNameError, normalise_name, pinyin_syllables

_SEPARATOR: Final = b"\x1f"


class KeyType(StrEnum):
    """What a linkage key is made of."""

    ID = "id"
    P_D = "p.d"


@dataclass(frozen=True, slots=True)
class LinkageKey:
    """One linkage key in clear; its repr shows the type alone."""

    key_type: KeyType
    text: str = field(repr=False)

    def oprf_input(self) -> bytes:
        """Return `key type || 0x1F || text` in UTF-8, the input of the VOPRF."""
        return self.key_type.encode() + _SEPARATOR + self.text.encode()


@dataclass(frozen=True, slots=True)
class KeySet:
    """Which linkage keys two agencies agree to make. A change in how any of them is made is a new version."""

    name: str
    version: int
    key_types: tuple[KeyType, ...]


G0: Final = KeySet(name="G0", version=1, key_types=(KeyType.ID, KeyType.P_D))


def linkage_keys(identity: ChildIdentity, key_set: KeySet = G0) -> tuple[LinkageKey, ...]:
    """Return the keys that this record has evidence for, in the order of the key set; none is possible."""
    return tuple(LinkageKey(key_type, text) for key_type in key_set.key_types for text in _TEXTS[key_type](identity))


def _id_texts(identity: ChildIdentity) -> tuple[str, ...]:
    return () if identity.citizen_id is None else (identity.citizen_id.core15,)


def _pinyin_and_date_texts(identity: ChildIdentity) -> tuple[str, ...]:
    dates = set(identity.birth_dates)
    if identity.citizen_id is not None:
        dates.add(identity.citizen_id.birth_on)
    try:
        syllables = ".".join(pinyin_syllables(normalise_name(identity.name)))
    except PersonNameError:
        # A name without Han or Latin letters is no evidence; the import has already named the row.
        return ()
    return tuple(syllables + on.isoformat().replace("-", "") for on in sorted(dates))


_TEXTS: Final[Mapping[KeyType, Callable[[ChildIdentity], tuple[str, ...]]]] = {
    KeyType.ID: _id_texts,
    KeyType.P_D: _pinyin_and_date_texts,
}
