"""Bad files and arguments given to the commands: each gets its sentence, none a stack trace; nothing is repeated."""

import traceback
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from tests.museum.requests.canaries import find_canaries, find_in_folder
from tests.museum.requests.commands import BadFile, ask_words, load_bad_files, run, run_bad_file, write_roster
from tests.scene import Scene

BAD_FILES = load_bad_files()
IDENTITIES = Path(__file__).parents[1] / "museum" / "identities.yaml"


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.name)
def test_commands_refuse_what_is_bad(scene: Scene, bad: BadFile, tmp_path: Path) -> None:
    result = run_bad_file(scene, bad, tmp_path)
    assert isinstance(result.exception, SystemExit), "a command ends with a sentence, not with a stack trace"
    assert result.exit_code in {1, 2}
    assert bad.says in "".join(result.output.splitlines())
    quoted = "".join(traceback.format_exception(result.exception)) + result.output
    assert find_canaries(quoted.encode()) == []
    desks = scene.stage.folder / "connectors"
    assert find_in_folder(desks, but_not=desks / "province") == []


def test_id_numbers_that_a_spreadsheet_damaged_are_named_by_row_and_asked_about_by_nobody(
    scene: Scene, tmp_path: Path
) -> None:
    damaged = [
        entry
        for entry in yaml.safe_load(IDENTITIES.read_text(encoding="utf-8"))
        if entry["field"] == "citizen_id" and isinstance(entry["input"], str) and "tomorrow" not in entry["name"]
    ]
    mapping = write_roster(tmp_path, [("", "", "", entry["input"]) for entry in damaged])
    arguments = ask_words(scene, mapping)
    words = arguments.pop("command").split() + [word for pair in arguments.items() for word in pair]
    result = run(scene, "ask", [*words, "--json"])
    assert result.exit_code == 0
    asked = yaml.safe_load(result.output.splitlines()[-1])
    assert (asked["unusable"], asked["match"], asked["non_match"]) == (asked["rows"], 0, 0)
    assert asked["rows"] > 20
    assert not any(entry["input"] in result.output for entry in damaged if len(entry["input"]) > 12)
    out = tmp_path / "results.xlsx"
    assert run(scene, "ask", ["question", "results", asked["question"], "--out", str(out)]).exit_code == 0
    rows = load_workbook(out).worksheets[0].iter_rows(min_row=3, values_only=True)
    codes = {str(row[1]) for row in rows}
    assert any("damaged_by_spreadsheet" in code for code in codes)
    assert any("wrong_check_digit" in code for code in codes)
