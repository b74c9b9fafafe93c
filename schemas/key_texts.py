"""The texts of the linkage keys of set G, version 1, from the attributes of one record.

Parts stand one after another without a mark between them where their alphabets or fixed lengths keep them apart:
syllables and names hold no digits; dates have 8, years and months 4 and 2, counties 6, prefectures 4, numbers 15,
phones 11 digits. Two names are parted by `/`. Any change of a text is a new version of the key set.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from schemas.key_attributes import KeyAttributes

NAMES_MARK: Final = "/"
_JANUARY_1: Final = "0101"
_LAST_MONTH: Final = "12"

# Each function returns the texts of one key type; one that lacks a part returns none. A text may stand twice.


def id_texts(record: KeyAttributes) -> Iterable[str]:
    """`id`: core15."""
    return (record.core15,) if record.core15 else ()


def repaired_id_texts(record: KeyAttributes) -> Iterable[str]:
    """`id`, flagged: core15 of each number that the one held may have been meant as."""
    return record.repaired


def name_and_date_texts(record: KeyAttributes) -> Iterable[str]:
    """`p.d`: P + YYYYMMDD, for each birth date."""
    return [record.syllables + on for on in record.dates] if record.syllables else ()


def name_and_lunar_date_texts(record: KeyAttributes) -> Iterable[str]:
    """`p.d`, flagged: P + YYYYMMDD, for each date that is meant if the declared one is lunar."""
    return [record.syllables + on for on in record.lunar_dates] if record.syllables else ()


def given_name_and_date_texts(record: KeyAttributes) -> Iterable[str]:
    """`g.d`: G + YYYYMMDD of names of 3 and more syllables; the surname may have changed."""
    return [record.given + on for on in record.dates] if record.given_count > 1 else ()


def short_given_name_and_date_texts(record: KeyAttributes) -> Iterable[str]:
    """`g1.d`: G + YYYYMMDD of names of 2 syllables."""
    return [record.given + on for on in record.dates] if record.given_count == 1 else ()


def surname_date_and_prefecture_texts(record: KeyAttributes) -> Iterable[str]:
    """`s1.d.r4`: S1 + YYYYMMDD + R4."""
    if not record.surname:
        return ()
    return [record.surname + on + prefecture for on, prefecture in product(record.dates, record.prefectures)]


def name_and_month_texts(record: KeyAttributes) -> Iterable[str]:
    """`p.ym`: P + YYYYMM."""
    return [record.syllables + on[:6] for on in record.dates] if record.syllables else ()


def name_and_day_of_year_texts(record: KeyAttributes) -> Iterable[str]:
    """`p.md`: P + MMDD."""
    return [record.syllables + on[4:] for on in record.dates] if record.syllables else ()


def name_and_swapped_date_texts(record: KeyAttributes) -> Iterator[str]:
    """`p.swap`: P + YYYY + the smaller of month and day + the larger, where either could be the month."""
    for on in record.dates if record.syllables else ():
        month, day = on[4:6], on[6:]
        if day <= _LAST_MONTH and day != month:
            yield record.syllables + on[:4] + min(month, day) + max(month, day)


def name_year_and_prefecture_texts(record: KeyAttributes) -> Iterable[str]:
    """`n.y.r4`: N + YYYY + R4, for each birth date that is not 1 January."""
    return _name_year_and_prefecture(record, [on for on in record.dates if not on.endswith(_JANUARY_1)])


def name_default_year_and_prefecture_texts(record: KeyAttributes) -> Iterable[str]:
    """`n.y.r4`, flagged: N + YYYY + R4, for a 1 January, which programs fill in where the year alone is known."""
    return _name_year_and_prefecture(record, [on for on in record.dates if on.endswith(_JANUARY_1)])


def _name_year_and_prefecture(record: KeyAttributes, dates: list[str]) -> Iterable[str]:
    if not record.name or not dates:
        return ()
    return [record.name + on[:4] + prefecture for on, prefecture in product(dates, record.prefectures)]


def name_and_county_texts(record: KeyAttributes) -> Iterable[str]:
    """`n.r6`: N + R6."""
    return [record.name + county for county in record.counties] if record.name else ()


def county_date_and_sex_texts(record: KeyAttributes) -> Iterable[str]:
    """`r6.d.x`: R6 + YYYYMMDD + X."""
    if not record.sex:
        return ()
    return [county + on + record.sex for county, on in product(record.counties, record.dates)]


def guardian_number_and_date_texts(record: KeyAttributes) -> Iterable[str]:
    """`gi.d`: GI + YYYYMMDD."""
    return [record.guardian_core15 + on for on in record.dates] if record.guardian_core15 else ()


def guardian_phone_and_date_texts(record: KeyAttributes) -> Iterable[str]:
    """`ph.d`: PH + YYYYMMDD."""
    return [record.guardian_phone + on for on in record.dates] if record.guardian_phone else ()


def guardian_name_and_name_texts(record: KeyAttributes) -> Iterable[str]:
    """`gn.p`: GN / P."""
    if not record.guardian_syllables or not record.syllables:
        return ()
    return (record.guardian_syllables + NAMES_MARK + record.syllables,)


def guardian_name_and_date_texts(record: KeyAttributes) -> Iterable[str]:
    """`gn.d`: GN + YYYYMMDD."""
    return [record.guardian_syllables + on for on in record.dates] if record.guardian_syllables else ()
