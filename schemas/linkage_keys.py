"""Linkage keys: the combinations of normalised attributes that are hashed obliviously and compared."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple

from schemas import key_texts
from schemas.citizen_id import CitizenId
from schemas.identity import ChildIdentity
from schemas.key_attributes import KeyAttributes, key_attributes
from schemas.key_set import load_key_set

_SEPARATOR: Final = "\x1f"


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


class LinkageKey(NamedTuple):
    """One linkage key in clear; its repr shows the type alone. A tuple, for an index makes millions of them.

    A flagged key (an ID number that was repaired, a date read as lunar, a default date) has the same hash as an
    unflagged one of the same text; the flag tells the matcher that the evidence is weaker.
    """

    key_type: KeyType
    text: str
    is_flagged: bool = False

    def __repr__(self) -> str:
        return f"LinkageKey(key_type={self.key_type!r}, is_flagged={self.is_flagged})"

    def oprf_input(self) -> bytes:
        """Return `key type || 0x1F || text` in UTF-8, the input of the VOPRF."""
        return (self.key_type + _SEPARATOR + self.text).encode()


LINKAGE_SCHEMA: Final = load_key_set("G").id

# A tuple of these fields becomes a key at a third of the cost of naming them: an index makes millions.
_make: Final = partial(tuple.__new__, LinkageKey)

_Texts = Callable[[KeyAttributes], Iterable[str]]

_TEXTS: Final[Mapping[KeyType, _Texts]] = {
    KeyType.ID: key_texts.id_texts,
    KeyType.P_D: key_texts.name_and_date_texts,
    KeyType.G_D: key_texts.given_name_and_date_texts,
    KeyType.G1_D: key_texts.short_given_name_and_date_texts,
    KeyType.S1_D_R4: key_texts.surname_date_and_prefecture_texts,
    KeyType.P_YM: key_texts.name_and_month_texts,
    KeyType.P_MD: key_texts.name_and_day_of_year_texts,
    KeyType.P_SWAP: key_texts.name_and_swapped_date_texts,
    KeyType.N_Y_R4: key_texts.name_year_and_prefecture_texts,
    KeyType.N_R6: key_texts.name_and_county_texts,
    KeyType.R6_D_X: key_texts.county_date_and_sex_texts,
    KeyType.GI_D: key_texts.guardian_number_and_date_texts,
    KeyType.PH_D: key_texts.guardian_phone_and_date_texts,
    KeyType.GN_P: key_texts.guardian_name_and_name_texts,
    KeyType.GN_D: key_texts.guardian_name_and_date_texts,
}

_FLAGGED_TEXTS: Final[Mapping[KeyType, _Texts]] = {
    KeyType.ID: key_texts.repaired_id_texts,
    KeyType.P_D: key_texts.name_and_lunar_date_texts,
    KeyType.N_Y_R4: key_texts.name_default_year_and_prefecture_texts,
}

# Side by side, since looking a member of an enumeration up costs more than making a key.
_TEXTS_BY_TYPE: Final = tuple((key_type, texts, _FLAGGED_TEXTS.get(key_type)) for key_type, texts in _TEXTS.items())


def linkage_keys(identity: ChildIdentity) -> tuple[LinkageKey, ...]:
    """Return the keys that this record has evidence for, in the order of `KeyType`; none is possible.

    Each key stands once; one that the record also has unflagged is not flagged. Relations are left out: see
    `relation_keys`.
    """
    record = key_attributes(identity)
    keys: list[LinkageKey] = []
    for key_type, texts, flagged_texts in _TEXTS_BY_TYPE:
        unflagged = dict.fromkeys(texts(record))
        for text in unflagged:
            keys.append(_make((key_type, text, False)))  # noqa: PERF401 - mostly one, for which a list would cost more
        if flagged_texts is not None and (flagged := dict.fromkeys(flagged_texts(record))):
            keys += [LinkageKey(key_type, text, is_flagged=True) for text in flagged if text not in unflagged]
    return tuple(keys)


def relation_keys(guardian_id: CitizenId) -> tuple[LinkageKey, ...]:
    """Return the keys by which one asks for the children of the guardian with this number: its core15."""
    return (LinkageKey(KeyType.GUARDIAN, guardian_id.core15),)


def relation_keys_of_record(identity: ChildIdentity) -> tuple[LinkageKey, ...]:
    """Return the keys under which a child's record is found by its guardian; none without the guardian's number."""
    number = identity.guardian.citizen_id
    return () if number is None else relation_keys(number)
