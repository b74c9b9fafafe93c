"""The page on performance: a place for every benchmark, a Chinese name for every result, every kept figure quoted."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.__main__ import BENCHMARKS
from bench.harness import Comparison, Figure
from bench.kept_runs import FOLDER, KeptRun, as_json, keep_run, kept_runs
from bench.page import PAGE, sections, write_page
from bench.ratio_chart import RATIO_CHART, draw_ratios
from bench.wording import in_chinese, titles
from docs.generation.marked_page import PageError, fill

ROOT = Path(__file__).parents[3]
MACHINE = {"processor": "made up", "load at start": "0.1 0.2 0.3", "load at end": "0.4 0.5 0.6"}
SLOW = Comparison(
    name="signed match queries of 1 record, 16 clients",
    unit="queries",
    peer="GET /healthz, 16 clients",
    ours=(2.0, 4.0, 3.0),
    theirs=(10.0, 10.0, 10.0),
    figures=(Figure("p50", 1.5, "ms"), Figure("p95", 2.5, "ms"), Figure("p99", 3.5, "ms")),
)
QUICK = Comparison("evaluate_batch, 2 threads", "hashes", "bare", (5_000.0,), (50.0,), cpu_ratios=(0.9,))
RUN = KeptRun(date(2026, 1, 2), False, MACHINE, (SLOW, QUICK, Figure("600,000 records: activating", 12.34, "s")))


def test_what_is_kept_is_read_again_as_it_was(tmp_path):
    keep_run("queries", RUN, tmp_path)
    found = kept_runs(["queries", "hashing"], tmp_path)
    assert list(found) == ["queries"]
    assert as_json(found) == as_json({"queries": RUN})
    assert list(found["queries"].results) == list(RUN.results)


def test_a_section_tells_ratios_first_then_rates_percentiles_and_single_figures():
    text = sections(["queries", "hashing"], {"queries": RUN})["queries"]
    assert "2026-01-02，负载 0.1 0.2 0.3 → 0.4 0.5 0.6。" in text
    assert "| **0.300** | 0.400 |  | 3.00 | 10 | 1.5 | 2.5 | 3.5 |" in text
    assert "| **100.000** | 100.000 | 0.900 | 5,000 | 50 |  |  |  |" in text
    assert "| 600,000 条：启用<br>600,000 records: activating | 12.3 s |" in text
    assert "每次 1 条的签名匹配查询，16 个客户端<br>signed match queries of 1 record, 16 clients<br>÷ GET" in text


def test_what_was_not_measured_says_so():
    assert "尚未测量" in sections(["hashing"], {})["hashing"]


def test_a_page_without_a_place_for_a_benchmark_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin: hashing -->\n<!-- end: hashing -->\n", encoding="utf-8")
    with pytest.raises(PageError, match="machine"):
        write_page(["hashing"], page, tmp_path / "kept")


def test_the_drawing_has_a_bar_for_each_comparison_on_the_side_of_who_is_quicker():
    root = ET.fromstring(draw_ratios({"queries": RUN}))
    bars = [part.get("class") for part in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert bars == ["wrong", "right"]


def test_the_drawing_names_the_peer_where_one_thing_is_compared_with_several():
    other = replace(QUICK, peer="another")
    drawn = draw_ratios({"hashing": replace(RUN, results=(SLOW, QUICK, other))})
    assert drawn.count("÷ another") == drawn.count("÷ bare") == 1
    assert "÷ GET" not in drawn


def test_names_are_put_into_chinese_phrase_by_phrase():
    assert in_chinese("matching 1,000 against 600,000") == "对 600,000 条匹配 1,000 条"
    with pytest.raises(KeyError, match="unheard of"):
        in_chinese("group commit, unheard of")


def test_every_benchmark_has_a_title_and_the_page_quotes_what_is_kept():
    names = list(BENCHMARKS)
    assert set(titles()) == set(names)
    runs = kept_runs(names, ROOT / FOLDER)
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert text == fill(text, sections(names, runs))
    assert (ROOT / FOLDER / RATIO_CHART).read_text(encoding="utf-8") == draw_ratios(runs)
