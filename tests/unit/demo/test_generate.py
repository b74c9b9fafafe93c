"""Generating is repeatable, reports progress, and needs no more memory for a larger province."""

import hashlib
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from demo.province import Agency, generate_province
from demo.province.identity_numbers import NUMBERS_PER_DAY, NumberOffice, ProvinceTooLargeError
from tests.unit.demo.conftest import TODAY

TEXTS = ("truth/links.csv", "truth/children.csv", "truth/rosters.csv", "disabled_federation/持证残疾儿童.csv")

MEASURE = """
import json, resource, sys
from datetime import date
from pathlib import Path
from demo.province import generate_province
generate_province(Path(sys.argv[1]), int(sys.argv[2]), today=date(2026, 11, 21))
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""


def fingerprint(folder: Path) -> dict[str, object]:
    """Return bytes of texts and cells of everything else."""
    prints: dict[str, object] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TEXTS}
    for path in sorted(folder.glob("*/*.xlsx")):
        prints[path.name] = list(openpyxl.load_workbook(path).worksheets[0].values)
    for path in sorted(folder.glob("*/*.sqlite3")):
        with closing(sqlite3.connect(path)) as connection:
            prints[path.name] = list(connection.iterdump())
    return prints


def test_the_same_seed_gives_the_same_province(tmp_path: Path) -> None:
    generate_province(tmp_path / "a", 200, seed=3, today=TODAY)
    generate_province(tmp_path / "b", 200, seed=3, today=TODAY)
    generate_province(tmp_path / "c", 200, seed=4, today=TODAY)
    first, second, other = (fingerprint(tmp_path / name) for name in "abc")
    assert first == second
    assert all(first[name] != other[name] for name in first)


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    generate_province(tmp_path, 150, seed=3, today=TODAY)
    generate_province(tmp_path, 100, seed=3, today=TODAY)
    generate_province(tmp_path / "fresh", 100, seed=3, today=TODAY)
    again = fingerprint(tmp_path)
    assert again == fingerprint(tmp_path / "fresh")


def test_progress_ends_with_the_number_of_children(tmp_path: Path) -> None:
    reports: list[int] = []
    summary = generate_province(tmp_path, 600, today=TODAY, progress=reports.append)
    assert reports == [500, 600]
    assert summary.children == 600
    assert set(summary.records) == set(Agency)


def test_any_day_will_do(tmp_path: Path) -> None:
    for number, today in enumerate((date(2028, 2, 29), date(2026, 9, 1), date(2026, 1, 1))):
        assert generate_province(tmp_path / str(number), 60, today=today).children == 60


def test_memory_does_not_grow_with_the_number_of_children(tmp_path: Path) -> None:
    def peak_kib(children: int) -> int:
        command = [sys.executable, "-c", MEASURE, str(tmp_path / str(children)), str(children)]
        return int(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))

    assert peak_kib(4_000) - peak_kib(500) < 8 * 1024


def test_a_day_has_only_so_many_numbers() -> None:
    office = NumberOffice()
    issued = {office.issue("990101", date(2020, 5, 5), "男") for _ in range(NUMBERS_PER_DAY)}
    assert len(issued) == NUMBERS_PER_DAY
    assert all(int(number[16]) % 2 == 1 for number in issued)
    with pytest.raises(ProvinceTooLargeError):
        office.issue("990101", date(2020, 5, 5), "男")
    office.issue("990101", date(2020, 5, 5), "女")
