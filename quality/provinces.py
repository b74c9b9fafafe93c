"""Synthetic provinces as the agencies read them: every row through its written mapping, beside the true child."""

import csv
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from connectors.agencies import agency_of
from connectors.data_sets import read_records
from connectors.sources.mapping import load_mapping, open_source
from demo.province import generate_province
from demo.province.agencies import Agency
from schemas.identity import ChildIdentity

TODAY: Final = date(2026, 9, 1)
"""The day on which the registers are as they are."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One row of an agency, understood, and the child that it truly is; shows neither."""

    identity: ChildIdentity = field(repr=False)
    child: str = field(repr=False)


def write_province(folder: Path, children: int, seed: int) -> Path:
    """Write the synthetic province of a seed and return its folder."""
    generate_province(folder, children, seed, today=TODAY)
    return folder


def read_agency(province: Path, agency: Agency, seed: int) -> list[HeldRow]:
    """Return what an agency holds, in an order drawn from `seed`.

    The generator writes the files of all agencies household by household; an order that they have in common would
    decide ties rightly.
    """
    rows = list(_read_in_file_order(province, agency))
    random.Random(f"{seed}/{agency.value}").shuffle(rows)
    return rows


def _read_in_file_order(province: Path, agency: Agency) -> Iterator[HeldRow]:
    true_child = _read_links(province, agency)
    path = province / agency / "mapping.yaml"
    mapping = load_mapping(path)
    source = open_source(mapping, path.parent, os.environ)
    data_set = agency_of(agency.value).data_set(mapping.data_set)
    for record in read_records(source, mapping, data_set, today=TODAY, allow_test_regions=True):
        yield HeldRow(record.identity, true_child[record.locator])


def _read_links(province: Path, agency: Agency) -> dict[str, str]:
    with (province / "truth" / "links.csv").open(encoding="utf-8", newline="") as file:
        return {row["locator"]: row["child"] for row in csv.DictReader(file) if row["agency"] == agency.value}
