"""The command over files as offices have them: a workbook, CSV, a database and Parquet of one synthetic province."""

import csv
import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from connectors.cli.main import main
from connectors.rehearsal.read_files import get_data_set
from connectors.sources.errors import SourceError
from demo.province.generate import generate_province

FIELDS = ("name", "sex", "birth_date", "citizen_id", "hukou_region", "guardian_name", "guardian_id", "guardian_phone")


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A province of 2,000 children, and the register of households as Parquet and CSV beside it."""
    folder = tmp_path_factory.mktemp("province")
    generate_province(folder, 2_000, 1, today=date(2026, 3, 20))
    persons = folder / "public_security"
    with sqlite3.connect(persons / "household_register.sqlite3") as database:
        columns = ("person_id", "status", *FIELDS)
        rows = database.execute(f"SELECT {', '.join(columns)} FROM household_register ORDER BY person_id").fetchall()
    pq.write_table(pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))), persons / "p.parquet")
    mapping = {"data_set": "household_register", "columns": {field: field for field in ("status", *FIELDS)}}
    write_mapping(persons / "parquet.yaml", mapping | {"source": {"kind": "parquet", "path": "p.parquet"}})
    for name, kept in (
        ("first.csv", rows[:300]),
        ("last.csv", rows[-300:]),
        ("undated.csv", [*map(without_dates, rows)]),
    ):
        write_csv(persons / name, columns, kept)
        source = {"kind": "csv", "path": name, "encoding": "utf-8"}
        write_mapping(persons / f"{name}.yaml", mapping | {"source": source})
    return folder


def without_dates(row: tuple[object, ...]) -> tuple[object, ...]:
    """Return a row without birth date and number."""
    return tuple(None if place in {4, 5} else cell for place, cell in enumerate(row))


def write_mapping(path: Path, mapping: Mapping[str, object]) -> None:
    path.write_text(yaml.safe_dump(mapping, allow_unicode=True), "utf-8")


def write_csv(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def links_between(province: Path, a: str, b: str) -> list[tuple[str, str]]:
    """Return the true links of two agencies by row number or primary key."""
    held: dict[str, dict[str, str]] = {a: {}, b: {}}
    with (province / "truth" / "links.csv").open(encoding="utf-8") as file:
        for agency, locator, one in csv.reader(file):
            if agency in held:
                held[agency][one] = locator
    return [(locator, held[b][one]) for one, locator in held[a].items() if one in held[b]]


def rehearse(tmp_path: Path, a: Path, b: Path, *more: object) -> Result:
    words = ["--folder", str(tmp_path), "rehearse", str(a), str(b), "--test-regions", *map(str, more)]
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, words)


def test_a_workbook_against_parquet_with_everything_written(province: Path, tmp_path: Path) -> None:
    # The file has its rows in the order of the keys, which count up from 1: a row number is a primary key here.
    links = links_between(province, "civil_affairs", "public_security")
    write_csv(tmp_path / "links.csv", ("a", "b"), [tuple(link) for link in links])
    a, b = province / "civil_affairs" / "mapping.yaml", province / "public_security" / "parquet.yaml"
    out, html = tmp_path / "links.xlsx", tmp_path / "report.html"
    result = rehearse(tmp_path, a, b, "--links", tmp_path / "links.csv", "--out", out, "--html", html)
    assert result.exit_code == 0, result.output
    for words in ("数据太少，无法估计模型", "Too little data to fit a model", "仅供核查参考", "固定规则", "精确率"):
        assert words in result.stdout
        assert words in html.read_text("utf-8")
    _, _, *lines = load_workbook(out).active.iter_rows(values_only=True)
    found = {(str(line[0]), str(line[1])) for line in lines if line[2] == "匹配 / match"}
    assert len(found & set(links)) / len(found) > 0.99
    assert len(found & set(links)) / len(links) > 0.9
    names = {row[1] for row in load_workbook(next((province / "civil_affairs").glob("困境*.xlsx"))).active.iter_rows(
        min_row=5, max_col=2, values_only=True)}  # fmt: skip
    told = result.output + html.read_text("utf-8") + str(lines)
    assert not any(str(name) in told for name in names if name and len(str(name)) > 2)
    assert "99010" not in told


def test_every_kind_of_source_gives_the_same_links(province: Path, tmp_path: Path) -> None:
    roster = province / "disabled_federation" / "mapping.yaml"
    table, parquet = (province / "public_security" / name for name in ("mapping.yaml", "parquet.yaml"))
    outcomes = [json.loads(rehearse(tmp_path, roster, b, "--json").stdout) for b in (table, parquet)]
    assert outcomes[0]["outcomes"] == outcomes[1]["outcomes"]
    assert outcomes[0]["outcomes"]["match"] > 150
    assert outcomes[0]["a"]["data_set"] == "certificates"


def test_three_hundred_rows_against_three_hundred_others_match_nobody(province: Path, tmp_path: Path) -> None:
    folder = province / "public_security"
    told = json.loads(rehearse(tmp_path, folder / "first.csv.yaml", folder / "last.csv.yaml", "--json").stdout)
    assert (told["basis"], told["withheld"], told["settled"]) == ("rules", "too_few_pairs", 0)
    assert (told["outcomes"]["match"], told["a"]["rows"], told["b"]["rows"]) == (0, 300, 300)
    assert (told["estimated_precision"], told["scores"]) == (None, [])


def test_rows_without_dates_are_counted_and_match_by_other_keys(province: Path, tmp_path: Path) -> None:
    folder = province / "public_security"
    told = json.loads(rehearse(tmp_path, folder / "undated.csv.yaml", folder / "parquet.yaml", "--json").stdout)
    assert told["a"]["undated_rows"] == told["a"]["usable_rows"] > 900
    assert told["b"]["undated_rows"] == 0
    assert (told["settled"], told["outcomes"]["match"]) == (0, 0)
    assert told["outcomes"]["possible_match"] > 500


def test_test_regions_are_refused_unless_allowed(province: Path, tmp_path: Path) -> None:
    mapping = str(province / "disabled_federation" / "mapping.yaml")
    result = CliRunner().invoke(main, ["--folder", str(tmp_path), "rehearse", mapping, mapping, "--json"])
    told = json.loads(result.stdout)["a"]["findings"]
    assert any(finding["code"].startswith("citizen_id.") and finding["count"] > 300 for finding in told)


def test_which_file_is_wrong_is_said(province: Path, tmp_path: Path) -> None:
    good, bad = province / "disabled_federation" / "mapping.yaml", tmp_path / "bad.yaml"
    write_mapping(
        bad, {"data_set": "certificates", "columns": {"name": "n"}, "source": {"kind": "parquet", "path": "x"}}
    )
    result = rehearse(tmp_path, good, bad)
    assert result.exit_code == 1
    assert f"{bad}\n找不到文件 / there is no such file" in result.output
    assert "Traceback" not in result.output


def test_a_link_to_a_row_that_is_not_there_is_refused_by_its_line(province: Path, tmp_path: Path) -> None:
    mapping = province / "disabled_federation" / "mapping.yaml"
    write_csv(tmp_path / "l.csv", ("a", "b"), [("2", "2"), ("2", "99999")])
    result = rehearse(tmp_path, mapping, mapping, "--links", tmp_path / "l.csv")
    assert result.exit_code == 1
    assert "第3行：真值文件指向数据中没有的行" in result.output
    assert "99999" not in result.output


def test_data_sets_of_every_agency_are_known_and_those_of_guardians_refused() -> None:
    for name in ("children_register", "student_register", "certificates", "household_register", "query_roster"):
        assert get_data_set(name).name == name
    for name in ("guardian_roster", "nothing"):
        with pytest.raises(SourceError) as refused:
            get_data_set(name)
        assert (refused.value.code, refused.value.column) == ("mapping_field_invalid", "data_set")
