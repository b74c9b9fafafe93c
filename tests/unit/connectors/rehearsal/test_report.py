"""What a rehearsal reports is the same on the terminal, as a page and for scripts; it holds counts and no value."""

import io
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest
from openpyxl import load_workbook
from rich.console import Console

from connectors.rehearsal.chart import BARS_WIDTH, LABEL_WIDTH, draw_chart
from connectors.rehearsal.evaluation import evaluate_links
from connectors.rehearsal.link_files import Linked, link_tables
from connectors.rehearsal.link_workbook import HEADINGS, write_links
from connectors.rehearsal.links_file import LinksError
from connectors.rehearsal.render_html import render_html, write_html
from connectors.rehearsal.render_terminal import render_terminal
from connectors.rehearsal.report import RehearsalReport
from connectors.rehearsal.report_tables import remarks_of, tables_of
from connectors.rehearsal.scores import score_bars
from connectors.rehearsal.sentences import BASES, OUTCOMES, RUN_TOO_LONG, SETTLED, TIED, WITHHELD
from connectors.sources.check import FindingSummary
from linkage.judgement import NO_CANDIDATE, Judgement
from schemas.faults import Wording
from schemas.key_set import load_key_set
from schemas.messages.match import MAX_RUN_RECORDS, Basis, Outcome, WithheldReason
from tests.unit.connectors.children import child
from tests.unit.connectors.rehearsal.made_up import children, hashed

KEY_SET = load_key_set("G")
MATCH, POSSIBLE, NON_MATCH = range(3)


def judgement(outcome, probability, settled, *, basis=Basis.FITTED, withheld=None, candidate=None):
    rows = len(outcome)
    return Judgement(
        outcome=np.array(outcome, np.uint8),
        candidate=np.array(candidate or range(rows), np.int32),
        probability=np.array(probability, np.float64),
        agreed=np.zeros(rows, np.uint64),
        comparison=np.full((rows, len(KEY_SET.comparison)), -1, np.int8),
        is_settled=np.array(settled, np.bool_),
        basis=basis,
        withheld=withheld,
        threshold=0.61,
        precision=0.987,
        recall=0.876,
    )


@pytest.fixture
def files():
    """Four children, in both files in the same order; the row numbers begin with 2."""
    identities = [child(n, name) for n, name in enumerate(("赵小树", "钱小河", "孙小山", "李小明"))]
    looked_for = range(2, 6)
    return hashed(identities, is_index=False, looked_for=looked_for), hashed(
        identities, is_index=True, looked_for=looked_for
    )


@pytest.fixture
def linked():
    """One settled match, one right match, one possible match with the wrong record, one non-match."""
    judged = judgement([MATCH, MATCH, POSSIBLE, NON_MATCH], [0.9999, 0.97, 0.3, np.nan], [True, False, False, False])
    judged.comparison[1] = [2, 6, 9, 1, -1, -1, 2, 1]
    return Linked(judged, np.array([0, 1, 3, NO_CANDIDATE], np.int32))


def test_links_are_measured_against_those_known_to_be_right(files, linked):
    a, b = files
    found = evaluate_links((("2", "2"), ("3", "3"), ("4", "5"), ("5", "4")), a, b, linked)
    assert (found.links, found.matches, found.right_matches, found.right_possible_matches) == (4, 2, 2, 1)
    assert (found.precision, found.recall, found.f1) == (1.0, 0.5, pytest.approx(2 / 3))
    wrong = evaluate_links((("2", "3"),), a, b, linked)
    assert (wrong.precision, wrong.recall, wrong.f1) == (0.0, 0.0, 0.0)
    assert evaluate_links((), a, b, linked).recall is None
    with pytest.raises(LinksError) as refused:
        evaluate_links((("2", "2"), ("2", "99")), a, b, linked)
    assert (refused.value.code, refused.value.line) == ("not_there", 3)


def test_a_link_with_an_unusable_row_is_missed(files, linked):
    a, b = files
    a = replace(a, located=a.located | {"2": -1})
    b = replace(b, located=b.located | {"5": -1})
    found = evaluate_links((("2", "2"), ("3", "3"), ("4", "5")), a, b, linked)
    assert (found.links, found.unusable_links, found.right_matches, found.right_possible_matches) == (3, 2, 1, 0)
    assert found.recall == pytest.approx(1 / 3)


def test_bars_hold_every_row_that_was_scored_once(linked):
    bars = score_bars(linked.judgement)
    assert sum(bar.total for bar in bars) == 3
    assert bars[0].counts == {Outcome.MATCH: 0, Outcome.POSSIBLE_MATCH: 0, Outcome.NON_MATCH: 1}
    assert [bar.label for bar in bars if bar.total] == ["0–10 %", "20–35 %", "95–99 %"]
    assert bars[-1].high == 1.0
    assert score_bars(judgement([MATCH], [1.0], [False]))[-1].total == 1
    assert score_bars(judgement([MATCH], [np.nan], [False], basis=Basis.RULES)) == ()


def test_pieces_of_a_bar_stand_side_by_side(linked):
    chart = draw_chart(score_bars(linked.judgement))
    for bar in chart.bars:
        x = LABEL_WIDTH
        for piece in bar.pieces:
            assert (piece.x, piece.count > 0) == (x, True)
            x += piece.width
        assert bar.end == x <= LABEL_WIDTH + BARS_WIDTH
    assert draw_chart(score_bars(judgement([MATCH], [0.9999], [True]))).bars[0].pieces == ()


@pytest.fixture
def report(files, linked):
    return RehearsalReport.of(*files, linked, KEY_SET, (("2", "2"), ("3", "3")))


def shown(report, width=140):
    screen = io.StringIO()
    render_terminal(report, KEY_SET, Console(file=screen, width=width))
    return screen.getvalue()


def page_of(report):
    return render_html(report, KEY_SET, "a<b>.yaml", "b.yaml", date(2026, 3, 20))


def test_terminal_and_page_say_the_same(report):
    terminal, page = "".join(shown(report, 400).split()), "".join(page_of(report).split())
    for table in tables_of(report, KEY_SET):
        for cell in (table.title, *table.headings, *(cell for row in table.rows for cell in row)):
            for words in (cell.zh, cell.en) if isinstance(cell, Wording) else (cell,):
                assert "".join(words.split()) in terminal
                assert "".join(words.replace("'", "&#39;").split()) in page


def test_tables_count(report):
    outcomes, estimates, known, both, keys, *_ = tables_of(report, KEY_SET)
    assert [row[1] for row in outcomes.rows] == ["2", "1", "1", "1", "0"]
    assert [row[1] for row in estimates.rows[1:]] == ["98.70%", "87.60%", "61.00%", "G/1"]
    assert [row[1] for row in known.rows[-3:]] == ["100.00%", "100.00%", "100.00%"]
    assert both.rows[0][1:] == ("4", "4")
    assert [row[0] for row in keys.rows[:2]] == ["id", "id *"]
    assert "guardian" not in {row[0] for row in keys.rows}


def test_the_report_is_json_ready(report):
    written = json.loads(json.dumps(report.as_json()))
    assert written["outcomes"] == {"match": 2, "possible_match": 1, "non_match": 1}
    assert (written["estimated_precision"], written["evaluation"]["f1"]) == (0.987, 1.0)
    assert written["a"]["usable_rows"] == written["b"]["usable_rows"] == 4
    assert sum(bar["match"] for bar in written["scores"]) == 1


@pytest.mark.parametrize("reason", WithheldReason)
def test_why_nothing_matched_by_probability_is_said_in_words(report, reason):
    withheld = replace(report, withheld=reason, basis=Basis.RULES, bars=(), precision=None)
    words = WITHHELD[reason]
    for text in (shown(withheld, 400), page_of(withheld).replace("&#39;", "'")):
        assert words.zh in text
        assert words.en in text
    assert "<svg" not in page_of(withheld)
    assert {row[0].en: row[1] for row in tables_of(withheld, KEY_SET)[1].rows}["estimated precision"] == "—"


def test_every_basis_outcome_and_reason_has_words():
    assert set(BASES) == set(Basis)
    assert list(OUTCOMES) == list(Outcome)
    assert set(WITHHELD) == set(WithheldReason)


def test_a_file_longer_than_a_run_is_remarked_on(report):
    assert remarks_of(report) == ()
    long = replace(report, a=replace(report.a, usable_rows=MAX_RUN_RECORDS + 1))
    assert remarks_of(long) == (RUN_TOO_LONG,)


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_needs_nothing_from_elsewhere_and_escapes_names(report):
    column = FindingSummary("<script>列", "record.required_empty", "error", 12, [5, 6])
    told = replace(report, a=replace(report.a, check=replace(report.a.check, findings=(column,))))
    page = page_of(told)
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert not {name for name, _ in tags.attributes} & {"src", "href", "onload", "onclick"}
    assert re.findall(r"https?://[^\"]*", page) == ["http://www.w3.org/2000/svg"]
    assert "default-src 'none'" in page
    assert "<script>" not in page
    assert "&lt;script&gt;列" in page
    assert "a&lt;b&gt;.yaml" in page
    assert "5, 6 …" in page


def test_the_page_replaces_a_file_at_once(tmp_path):
    path = tmp_path / "r.html"
    path.write_text("old", "utf-8")
    write_html(path, "新")
    assert (path.read_text("utf-8"), list(tmp_path.iterdir())) == ("新", [path])


def test_links_are_written_by_row_numbers_with_what_agrees(tmp_path, files, linked):
    path = tmp_path / "links.xlsx"
    write_links(path, linked, *files, KEY_SET)
    notice, headings, *lines = load_workbook(path).active.iter_rows(values_only=True)
    assert "仅供核查参考" in notice[0]
    assert headings == HEADINGS
    settled, scored, possible = lines
    assert settled == (2, 2, "匹配 / match", 0.9999, SETTLED.zh, SETTLED.en)
    assert scored[:4] == (3, 3, "匹配 / match", 0.97)
    assert "姓名用字" in scored[4]
    assert "birth date" in scored[5]
    assert possible[:2] == (4, 5)
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for line in lines for cell in line)


def test_tied_candidates_name_no_row(tmp_path, files):
    judged = judgement([POSSIBLE], [np.nan], [False], basis=Basis.RULES)
    path = tmp_path / "links.xlsx"
    write_links(path, Linked(judged, np.array([NO_CANDIDATE], np.int32)), *files, KEY_SET)
    *_, line = load_workbook(path).active.iter_rows(values_only=True)
    assert line[:4] == (2, None, "可能匹配，需复核 / possible match, to be reviewed", None)
    assert line[4].endswith(TIED.zh)


def test_a_fitted_run_shows_its_estimates_and_its_bars():
    everybody = children(4_800, seed=5)
    a, b = hashed(everybody[:3_000], is_index=False), hashed(everybody[1_800:], is_index=True)
    fitted = RehearsalReport.of(a, b, link_tables(a.table, b.table, KEY_SET), KEY_SET, None)
    assert fitted.basis is Basis.FITTED
    text = shown(fitted)
    assert BASES[Basis.FITTED].zh in text
    assert "█" in text
    assert page_of(fitted).count("<rect") > 5
    assert sum(bar.total for bar in fitted.bars) == fitted.a.usable_rows - fitted.settled
