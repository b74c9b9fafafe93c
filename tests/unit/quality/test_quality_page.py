"""The page is filled from a fixed result: every marker once, tables of even width, missing peers named."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from docs.generation.marked_page import PageError, fill
from quality.charts import F1_CHART, SCORES_CHART, draw_charts, total_bars
from quality.page import CHARTS_FOLDER, PAGE, sections, write_page
from quality.results import (
    METHODS,
    Bar,
    HashingCost,
    LeakageResult,
    LeakageRow,
    Method,
    Outcome,
    Results,
    Score,
    TrialResult,
    read_results,
    write_results,
)
from quality.scoring import Point
from quality.special_cases import WITHOUT

ROOT = Path(__file__).parents[3]
CASES = ("no_overlap", "few_rows", "few_rows_kept_model", "duplicates", *WITHOUT)
PAIR = "civil_affairs/education"


def outcome(method: Method, right: int = 90) -> Outcome:
    score = Score.of(Point(links=100, right=right, true=100))
    return Outcome(
        method=method,
        chosen=score,
        best=score,
        precision=0.95,
        recall=0.85,
        seconds={"link": 1.5},
        peak_memory_mb=100,
        bars=(Bar(label="0–1", right=right, wrong=1), Bar(label="settled", right=5, wrong=0)),
        possible_matches=4 if method == "ours" else None,
        basis="fitted" if method == "ours" else None,
    )


def trial(group: str, name: str, *outcomes: Outcome, seed: int | None = 101) -> TrialResult:
    return TrialResult.model_validate(
        {
            "group": group,
            "name": name,
            "seed": seed,
            "left_records": 1000,
            "right_records": 900,
            "true_links": 0 if name == "no_overlap" else 100,
            "hashes_a_record": (14.0, 13.0),
            "outcomes": outcomes,
        }
    )


@pytest.fixture
def results() -> Results:
    row = LeakageRow(key_type="p.d", hashes=1000, once=0.9, largest=4, named=1)
    return Results(
        measured_on="2026-09-01",
        minutes=61.0,
        machine={"processor": "made up", "load at start": "0.1", "load at end": "0.2"},
        children=40_000,
        seeds=(101, 102),
        large_children=400_000,
        trials=(
            trial("pairs", PAIR, outcome("ours", 80), outcome("splink"), Outcome(method="anonlink", missing="failed")),
            trial("pairs", PAIR, outcome("ours", 90), outcome("splink"), outcome("anonlink"), seed=102),
            *(trial("special", case, outcome("ours")) for case in CASES),
            trial("large", PAIR, outcome("ours"), Outcome(method="splink", missing="not installed")),
            trial("febrl", "febrl4", *map(outcome, METHODS), seed=None),
        ),
        hashing=HashingCost(hashes=1, index=200.0, requester=400.0, provider=200.0),
        leakage=LeakageResult(
            records=10,
            known_records=9,
            published=(row,),
            everything=(row,),
            single_attributes=(row.model_copy(update={"key_type": "surname"}),),
            own_signature=0.07,
        ),
    )


def tables(text: str) -> list[list[list[str]]]:
    blocks = re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE)
    return [[line.strip("|").split("|") for line in block.splitlines()] for block in blocks]


def test_results_are_read_as_they_were_written(results: Results, tmp_path: Path) -> None:
    write_results(results, tmp_path / "results.json")
    assert read_results(tmp_path / "results.json") == results


def test_every_table_has_rows_of_one_width(results: Results) -> None:
    for name, content in sections(results).items():
        for table in tables(content):
            assert len({len(row) for row in table}) == 1, name
            assert len(table) > 2, name


def test_means_are_those_of_both_provinces(results: Results) -> None:
    (table,) = tables(sections(results)["pairs"])
    assert table[2][2].strip() == "0.8500"


def test_a_peer_that_failed_is_named(results: Results) -> None:
    filled = sections(results)
    assert "运行失败" in filled["overview"]
    assert "未能安装" in filled["large"]


def test_a_table_is_filled_into_its_marker_alone() -> None:
    page = "before\n<!-- begin: run -->\nold\n<!-- end: run -->\nafter\n"
    filled = fill(page, {"run": "new"})
    assert filled == "before\n<!-- begin: run -->\nnew\n<!-- end: run -->\nafter\n"
    assert fill(filled, {"run": "new"}) == filled


@pytest.mark.parametrize(
    "page",
    [
        "no markers",
        "<!-- begin: run -->\n<!-- end: run -->\n" * 2,
        "<!-- begin: run -->\n<!-- end: run -->\n<!-- begin: other -->\n<!-- end: other -->\n",
    ],
    ids=["missing", "twice", "unknown"],
)
def test_markers_that_do_not_fit_are_refused(page: str) -> None:
    with pytest.raises(PageError):
        fill(page, {"run": "new"})


def test_the_page_has_a_marker_for_every_table(results: Results, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text((ROOT / PAGE).read_text(encoding="utf-8"), encoding="utf-8")
    write_page(results, page, tmp_path / "charts")
    assert "61" in page.read_text(encoding="utf-8")
    assert {path.name for path in (tmp_path / "charts").iterdir()} == {F1_CHART, SCORES_CHART}


def test_the_page_shows_drawings_that_are_there() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    for name in (F1_CHART, SCORES_CHART):
        assert f"{CHARTS_FOLDER.name}/{name}" in text
        assert (ROOT / CHARTS_FOLDER / name).is_file()


def test_the_tables_of_the_page_parse() -> None:
    for table in tables((ROOT / PAGE).read_text(encoding="utf-8")):
        assert len({len(row) for row in table}) == 1


def test_drawings_are_xml_with_a_title(results: Results) -> None:
    for content in draw_charts(results).values():
        root = ET.fromstring(content)
        assert root.find("{http://www.w3.org/2000/svg}title") is not None


def test_bars_of_all_pairs_are_added_up(results: Results) -> None:
    assert total_bars(results, "ours")[0] == Bar(label="0–1", right=170, wrong=2)
    assert [bar.right for bar in total_bars(results, "anonlink")] == [90, 5]
