"""Linkage keys: the combinations of normalised attributes that are hashed obliviously and compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from schemas.identity import ChildIdentity
from schemas.key_set import load_key_set
from schemas.person_name import PersonNameError, normalise_name, pinyin_syllables

_SEPARATOR: Final = b"\x1f"


class KeyType(StrEnum):
    """What a linkage key is made of."""

    ID = "id"
    P_D = "p.d"
    G_D = "g.d"
    G1_D = "g1.d"
    S1_D_R4 = "s1.d.r4"
    P_YM = "p.ym"
    P_MD = "p.md"
    P_SWAP = "p.swap"
    N_Y_R4 = "n.y.r4"
    N_R6 = "n.r6"
    R6_D_X = "r6.d.x"
    GI_D = "gi.d"
    PH_D = "ph.d"
    GN_P = "gn.p"
    GN_D = "gn.d"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class LinkageKey:
    """One linkage key in clear; its repr shows the type alone.

    A flagged key (an ID number that was repaired, a date read as lunar, a default date) has the same hash as an
    unflagged one of the same text; the flag tells the matcher that the evidence is weaker.
    """

    key_type: KeyType
    text: str = field(repr=False)
    is_flagged: bool = False

    def oprf_input(self) -> bytes:
        """Return `key type || 0x1F || text` in UTF-8, the input of the VOPRF."""
        return self.key_type.encode() + _SEPARATOR + self.text.encode()


LINKAGE_SCHEMA: Final = load_key_set("G").id


def linkage_keys(identity: ChildIdentity) -> tuple[LinkageKey, ...]:
    """Return the keys that this record has evidence for, in the order of `KeyType`, each once; none is possible.

    Relations are left out: see `relation_keys`.
    """
    return tuple(LinkageKey(key_type, text) for key_type, texts in _TEXTS.items() for text in texts(identity))


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
