"""Both files are read side by side in processes of their own, which tell how far they are and which of them failed."""

import multiprocessing
from datetime import date
from pathlib import Path

import pytest

from connectors.rehearsal.read_files import FileReadError, FileToRead, _Reading, read_both
from connectors.sources.identities import ReadingRules
from tests.unit.connectors.rehearsal.made_up import RUN_KEY

RULES = ReadingRules(date(2026, 3, 20), allow_test_regions=True, max_age_years=25)


def roster(folder: Path, name: str, rows: int) -> FileToRead:
    people = "".join(f"赵小树,2015-05-{1 + row % 28:02d}\n" for row in range(rows))
    (folder / f"{name}.csv").write_text(f"name,birth_date\n{people}", "utf-8")
    mapping = folder / f"{name}.yaml"
    mapping.write_text(
        f"data_set: query_roster\nsource: {{kind: csv, path: {name}.csv, encoding: utf-8}}\n"
        "columns: {name: name, birth_date: birth_date}\n",
        "utf-8",
    )
    return FileToRead(mapping, RUN_KEY, RULES, is_index=False, looked_for=frozenset({"3"}))


def test_files_come_back_in_their_places_and_tell_how_far_they_are(tmp_path):
    told: list[tuple[int, int, int | None]] = []
    a, b = read_both(roster(tmp_path, "a", 501), roster(tmp_path, "b", 2), lambda *far: told.append(far))
    assert (a.table.records, b.table.records) == (501, 2)
    assert [far for far in told if far[0] == 0] == [(0, 500, None), (0, 501, None)]
    assert [far for far in told if far[0] == 1] == [(1, 2, None)]
    assert a.located == {"3": 1}


def test_a_file_that_can_not_be_read_is_named(tmp_path):
    good, bad = roster(tmp_path, "a", 1), roster(tmp_path, "b", 1)
    (tmp_path / "b.csv").write_text("name\n", "utf-8")
    with pytest.raises(FileReadError) as refused:
        read_both(good, bad, lambda *_: None)
    assert str(refused.value).startswith(f"{bad.mapping_path}\n找不到表头")


def test_a_reading_that_breaks_off_is_an_error(tmp_path):
    wanted = roster(tmp_path, "a", 1)
    reading = _Reading(wanted, 0, multiprocessing.get_context("spawn"))
    reading._process.kill()
    with pytest.raises(FileReadError, match="reading broke off"):
        reading.receive()
    reading.stop()
