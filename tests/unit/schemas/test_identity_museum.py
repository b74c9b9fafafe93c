"""The museum of bad identity inputs: each is refused with the code that says what is wrong, and never quoted."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.citizen_id import parse_citizen_id
from schemas.citizen_id_repair import find_damaged_cert_no, find_damaged_citizen_id, repair_citizen_id
from schemas.codes import SEX, Sex
from schemas.dates import parse_ledger_date
from schemas.disability_cert_no import parse_disability_cert_no
from schemas.faults import FaultError
from schemas.own_yaml import parse_own_yaml
from schemas.person_name import normalise_name
from schemas.regions import parse_region

MUSEUM = Path(__file__).parents[2] / "museum" / "identities.yaml"
EXHIBITS: list[dict[str, Any]] = parse_own_yaml(MUSEUM.read_text(encoding="utf-8"))
TODAY = date(2026, 3, 5)

READERS: Mapping[str, Callable[[Any], object]] = {
    "citizen_id": lambda cell: parse_citizen_id(cell, allow_test_regions=True, today=TODAY),
    "citizen_id_in_production": lambda cell: parse_citizen_id(cell, today=TODAY),
    "disability_cert_no": lambda cell: parse_disability_cert_no(cell, allow_test_regions=True, today=TODAY),
    "name": normalise_name,
    "date": parse_ledger_date,
    "region": parse_region,
    "sex": SEX.parse,
}


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=[exhibit["name"] for exhibit in EXHIBITS])
def test_exhibit(exhibit: dict[str, Any]) -> None:
    with pytest.raises(FaultError) as caught:
        READERS[exhibit["field"]](exhibit["input"])
    assert caught.value.code == exhibit["code"]
    shown = f"{caught.value!r} {caught.value} {caught.value.wording} {caught.value.args}"
    quoted = str(exhibit["input"]).strip()
    assert len(quoted) < 4 or quoted not in shown
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=[exhibit["name"] for exhibit in EXHIBITS])
def test_only_one_slip_of_the_hand_is_repaired(exhibit: dict[str, Any]) -> None:
    find = find_damaged_cert_no if exhibit["field"] == "disability_cert_no" else find_damaged_citizen_id
    damaged = find(exhibit["input"]) if isinstance(exhibit["input"], str) else None
    boy = {"birth_on": date(2015, 3, 7), "sex": Sex.MALE, "today": TODAY}
    numbers = () if damaged is None else repair_citizen_id(damaged, allow_test_regions=True, **boy)
    assert [number.text for number in numbers] == exhibit.get("repaired", [])


def test_no_exhibit_could_be_a_real_person() -> None:
    for exhibit in EXHIBITS:
        if "citizen_id" in exhibit["field"] and isinstance(exhibit["input"], str) and exhibit["input"][:6].isdecimal():
            assert exhibit["input"].startswith(("99", "٩٩"))


def test_names_are_distinct() -> None:
    names = [exhibit["name"] for exhibit in EXHIBITS]
    assert len(set(names)) == len(names) >= 30
