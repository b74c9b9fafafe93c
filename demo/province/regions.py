"""A fictional province: three prefectures, ten counties, and townships. No code in GB/T 2260 begins with 99."""

import random
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

PROVINCE_NAME: Final = "童心省"
TOWNSHIPS_PER_COUNTY: Final = 12


@dataclass(frozen=True, slots=True)
class County:
    """One county with its 6-digit code and its share of the province's children."""

    code: str
    name: str
    share: float


COUNTIES: Final = (
    County("990101", "童安县", 0.15),
    County("990102", "云坞县", 0.11),
    County("990103", "松陂区", 0.10),
    County("990104", "河湾县", 0.08),
    County("990201", "青岚区", 0.12),
    County("990202", "石堰县", 0.09),
    County("990203", "柳汀县", 0.07),
    County("990301", "白榆区", 0.11),
    County("990302", "麦坪县", 0.09),
    County("990303", "竹汀县", 0.08),
)

COUNTY_NAMES: Final = {county.code: county.name for county in COUNTIES}

_CODES = tuple(county.code for county in COUNTIES)
_SHARES_UP_TO = tuple(accumulate(county.share for county in COUNTIES))


def draw_township(rng: random.Random, *, outside: str = "") -> str:
    """Return a 9-digit township code, in any county but `outside` (its 6-digit code)."""
    county = _draw_county(rng)
    while county == outside:
        county = _draw_county(rng)
    return f"{county}{rng.randint(1, TOWNSHIPS_PER_COUNTY):03d}"


def _draw_county(rng: random.Random) -> str:
    return rng.choices(_CODES, cum_weights=_SHARES_UP_TO)[0]
