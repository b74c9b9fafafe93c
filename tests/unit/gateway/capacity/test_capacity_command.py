"""The command: tables in both languages, JSON, refusals; and that it opens neither folder nor database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.capacity.amounts import bytes_text, count_text, hours_text
from gateway.cli.main import main

ASKED = ("--children", "13000000", "--agencies", "8", "--queries-per-day", "200000")


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(main, ["--folder", "/nowhere", "capacity", *words])


def test_tables_come_in_both_languages_with_their_sources():
    printed = run(*ASKED)
    assert printed.exit_code == 0, printed.output
    for words in (
        *("计划 / The plan", "机器 / Machines", "索引 / Indexes", "建立索引 / Building indexes"),
        *("日常查询 / Daily queries", "日志 / The log", "13,000,000", "2,000,000", "unit_costs: 20"),
    ):
        assert words in printed.output
    assert "<br>" not in printed.output
    assert "`" not in printed.output


def test_json_holds_the_plan_the_needs_and_every_unit_cost():
    found = json.loads(run(*ASKED, "--cores", "32", "--json").output)
    assert (found["plan"]["children"], found["plan"]["agreements"], found["plan"]["cores"]) == (13_000_000, 8, 32)
    assert set(found["needs"]) == {"index", "building", "work", "log", "machines"}
    assert found["needs"]["machines"]["storage"] == "postgresql"
    assert found["needs"]["work"]["rows_per_day"] == 200_000
    assert found["assumed"]["utilisation"] == 0.6
    assert found["unit_costs"]["costs"]["entries_per_record"]["measured"] is True


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("--children", "0", "1 … 400,000,000"),
        ("--agencies", "1", "2 … 10,000"),
        ("--queries-per-day", "-1", "0 … 100,000,000"),
        ("--rows-per-query", "1001", "1 … 1,000"),
        ("--matched-percent", "101", "0 … 100"),
        ("--agreements", "0", "1 … 100,000"),
        ("--busy-hours", "25", "1 … 24"),
    ],
)
def test_nonsense_is_refused_in_both_languages(option, value, allowed):
    printed = run(*ASKED, option, value)
    assert printed.exit_code == 1
    assert f"{option} 应在此范围内：{allowed} / {option} must lie within {allowed}" in printed.output


def test_what_is_no_number_or_left_out_is_wrongly_called():
    assert run(*ASKED, "--cores", "many").exit_code == 2
    assert run("--children", "1", "--agencies", "2").exit_code == 2


def test_the_installed_command_needs_no_gateway(tmp_path):
    program = str(Path(sys.executable).with_name("tongxin-gateway"))
    words = [program, "--folder", str(tmp_path), "capacity", *ASKED, "--json"]
    finished = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert json.loads(finished.stdout)["plan"]["agencies"] == 8
    assert list(tmp_path.iterdir()) == []


def test_amounts_are_written_with_few_digits():
    assert [count_text(n) for n in (0, 3, 1_234_567, 12.4)] == ["0", "3", "1,234,567", "12"]
    assert [count_text(n) for n in (0.00371, 0.0371, 9.96)] == ["< 0.01", "0.037", "10"]
    assert [bytes_text(n) for n in (0, 1_023, 2_048, 3.5 * 2**30)] == ["0 B", "1,023 B", "2 KiB", "3.5 GiB"]
    assert bytes_text(2**80).endswith("EiB")
    assert [hours_text(n) for n in (1_234.56, 1, 0.5, 0.001)] == ["1,234.6 h", "1.0 h", "30.0 min", "3.6 s"]
