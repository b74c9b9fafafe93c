"""Made-up children in such numbers that a model can be fitted, and their hashes as both files would have them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from connectors.query_roster import QUERY_ROSTER
from connectors.rehearsal.hash_records import RUN_KEY_BYTES, HashedFile, hash_records
from schemas.identity import ChildIdentity
from tests.unit.connectors.children import number, record_of

RUN_KEY = bytes(range(RUN_KEY_BYTES))
COUNTIES = ("990101", "990102", "990103")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶"
GIVEN = [a + b for a in "小大晓思雨梓子嘉" for b in "树山河明月星辰林"]


def children(count: int, seed: int) -> list[ChildIdentity]:
    """Return different children; half of them have a number."""
    rng = Random(seed)
    made = []
    for sequence in range(count):
        born_on = date(2010, 1, 1) + timedelta(days=rng.randrange(5000))
        county = rng.choice(COUNTIES)
        own = number(rng.randrange(1000), born_on, county) if sequence % 2 else None
        made.append(
            ChildIdentity(
                citizen_id=own,
                name=rng.choice(SURNAMES) + rng.choice(GIVEN),
                birth_dates=(born_on,),
                sex=own.sex if own else rng.choice("12"),
                regions=(county,),
            )
        )
    return made


def hashed(identities: Sequence[ChildIdentity], *, is_index: bool, looked_for: Sequence[int] = ()) -> HashedFile:
    """Return the file of these children, whose rows are numbered from 2; `looked_for` are such numbers."""
    return hash_records(
        (record_of(identity, row) for row, identity in enumerate(identities, 2)),
        QUERY_ROSTER,
        tuple,
        run_key=RUN_KEY,
        is_index=is_index,
        looked_for=frozenset(map(str, looked_for)),
    )


def moved(identity: ChildIdentity) -> ChildIdentity:
    """Return the same child in another county, as another file might have it."""
    return replace(identity, regions=("990201",))
