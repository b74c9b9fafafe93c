"""A household register of any size: the columns of the demo's, without the families and errors that make that slow."""

import random
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, timedelta
from itertools import count, islice
from pathlib import Path

from demo.province.adults import draw_old_phone
from demo.province.agencies import Agency
from demo.province.agency_files import HOUSEHOLD_REGISTER_FILE, write_mappings
from demo.province.columns import HOUSEHOLD_REGISTER
from demo.province.database import TableWriter
from demo.province.identity_numbers import NumberOffice
from demo.province.name_pools import draw_given_character, draw_surname
from demo.province.record import Record
from demo.province.regions import draw_township

_DAYS_OF_CHILDHOOD = 18 * 365
_DAYS_BETWEEN_GENERATIONS = 28 * 365


def write_register(province: Path, records: int, today: date) -> None:
    """Write a register of so many drawn children."""
    write_rows(province, islice(draw_rows(random.Random(records), today), records))


def write_rows(province: Path, rows: Iterable[Record]) -> None:
    """Write the register of public security with its mapping below `province`; an older one is replaced."""
    for agency in Agency:
        (province / agency).mkdir(parents=True, exist_ok=True)
    write_mappings(province)
    path = province / Agency.PUBLIC_SECURITY / HOUSEHOLD_REGISTER_FILE
    with closing(TableWriter(path, "household_register", HOUSEHOLD_REGISTER)) as table:
        for row in rows:
            table.append(row)


def draw_rows(rng: random.Random, today: date) -> Iterator[Record]:
    """Yield registered children and a guardian of each without end; their numbers are of counties never issued."""
    office = NumberOffice()
    for serial in count(1):
        region = draw_township(rng)
        born_on = today - timedelta(days=rng.randrange(_DAYS_OF_CHILDHOOD))
        sex = "男" if rng.random() < 0.5 else "女"
        yield {
            "person_id": serial,
            "citizen_id": office.issue(region[:6], born_on, sex),
            "name": draw_surname(rng) + draw_given_character(sex, rng) + draw_given_character(sex, rng),
            "sex": sex,
            "birth_date": born_on.isoformat(),
            "hukou_region": region,
            "household_no": f"{serial:08d}",
            "guardian_name": draw_surname(rng) + draw_given_character("女", rng),
            "guardian_id": office.issue(region[:6], born_on - timedelta(days=_DAYS_BETWEEN_GENERATIONS), "女"),
            "guardian_phone": draw_old_phone(rng),
            "status": "在册",
            "status_on": born_on.isoformat(),
            "moved_to_region": None,
            "cancel_reason": None,
        }
