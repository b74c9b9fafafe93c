"""The normalised attributes of one record, which linkage keys are made of.

What is written here, and in the modules that it calls, is part of key set G, version 1: two agencies find the same
child only if both write an attribute in the same way, so a change of any of it is a new version of the key set.
"""

from datetime import date
from typing import Final, NamedTuple

from schemas.codes import Sex
from schemas.identity import ChildIdentity
from schemas.lunar_dates import read_as_lunar
from schemas.person_name import PersonNameError, normalise_name, pinyin_syllables
from schemas.regions import RegionLevel

SYLLABLE_MARK: Final = "."
_SUBTREE: Final = "00"
"""Ends of a code that names a whole prefecture or province, and so no county or prefecture."""


class KeyAttributes(NamedTuple):
    """What one record has for making keys; empty where it has nothing. Its repr shows nothing.

    Attributes:
        core15: of the child's valid number.
        repaired: core15 of each valid number that one slip turns into the one that is held.
        name: N, Han characters and lower-case Latin letters.
        syllables: P, toneless, joined by `.`; of a name without Han or Latin letters there are none.
        surname: S1, the first syllable.
        given: G, the other syllables joined by `.`; empty for a name of one syllable.
        given_count: how many syllables `given` has.
        dates: D, those declared and the one in a valid number, as YYYYMMDD in order.
        lunar_dates: DL, the declared dates read as lunar ones, unless the number confirms them.
        sex: X, the code of GB/T 2261.1: 1 or 2; declared, else from the number.
        counties: R6, of residence, registration and number, without codes of whole prefectures.
        prefectures: R4, of the same regions.
        guardian_core15: GI.
        guardian_phone: PH, 11 digits.
        guardian_syllables: GN, as `syllables`.
    """

    core15: str
    repaired: tuple[str, ...]
    name: str
    syllables: str
    surname: str
    given: str
    given_count: int
    dates: tuple[str, ...]
    lunar_dates: tuple[str, ...]
    sex: str
    counties: tuple[str, ...]
    prefectures: tuple[str, ...]
    guardian_core15: str
    guardian_phone: str
    guardian_syllables: str

    def __repr__(self) -> str:
        return "KeyAttributes(redacted)"


def key_attributes(identity: ChildIdentity) -> KeyAttributes:
    """Return the attributes that the keys of a record are made of."""
    guardian, number = identity.guardian, identity.citizen_id
    name, syllables = _name_and_syllables(identity.name)
    regions = {*identity.regions} if number is None else {*identity.regions, number.region6}
    return KeyAttributes(
        core15="" if number is None else number.core15,
        repaired=tuple(repaired.core15 for repaired in identity.repaired_ids),
        name=name,
        syllables=SYLLABLE_MARK.join(syllables),
        surname=syllables[0] if syllables else "",
        given=SYLLABLE_MARK.join(syllables[1:]),
        given_count=max(0, len(syllables) - 1),
        dates=_dates(identity),
        lunar_dates=_lunar_dates(identity),
        sex=_sex_code(identity),
        counties=tuple(sorted(region for region in regions if not region.endswith(_SUBTREE))),
        prefectures=_prefectures(regions),
        guardian_core15="" if guardian.citizen_id is None else guardian.citizen_id.core15,
        guardian_phone=guardian.phone or "",
        guardian_syllables=SYLLABLE_MARK.join(_name_and_syllables(guardian.name)[1]),
    )


def _name_and_syllables(written: str | None) -> tuple[str, tuple[str, ...]]:
    if not written:
        return "", ()
    try:
        name = normalise_name(written)
    except PersonNameError:
        # A name without Han or Latin letters is no evidence; the import has already named the row.
        return "", ()
    return name.text, pinyin_syllables(name)


def _dates(identity: ChildIdentity) -> tuple[str, ...]:
    dates = set(identity.birth_dates)
    if identity.citizen_id is not None:
        dates.add(identity.citizen_id.birth_on)
    return tuple(sorted(map(_date_text, dates)))


def _lunar_dates(identity: ChildIdentity) -> tuple[str, ...]:
    confirmed = None if identity.citizen_id is None else identity.citizen_id.birth_on
    declared = {on for on in identity.birth_dates if on != confirmed}
    return tuple(sorted({_date_text(solar) for on in declared for solar in read_as_lunar(on)}))


def _date_text(on: date) -> str:
    return on.isoformat().replace("-", "")


def _sex_code(identity: ChildIdentity) -> str:
    declared = _SEX_CODES.get(identity.sex or "", "")
    if declared or identity.citizen_id is None:
        return declared
    return _SEX_CODES[identity.citizen_id.sex]


_SEX_CODES: Final[dict[str, str]] = {Sex.MALE: "1", Sex.FEMALE: "2"}


def _prefectures(regions: set[str]) -> tuple[str, ...]:
    codes = {region[: RegionLevel.PREFECTURE] for region in regions}
    return tuple(sorted(code for code in codes if not code.endswith(_SUBTREE)))
