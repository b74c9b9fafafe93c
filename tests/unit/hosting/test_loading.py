"""Modules are loaded without the collector, which works again afterwards and leaves out what was there.

A wrong file of an added catalogue ends a program with a sentence that names it.
"""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hosting.loading import spared_the_collector
from schemas.catalogue_files import CATALOGUE_VARIABLE

PROGRAMS = ("connectors.cli", "gateway.cli")
LOOK = """
import gc, sys
import {program}
print(gc.isenabled(), gc.get_freeze_count() > 10_000, "pypinyin" in sys.modules)
"""


def test_the_collector_rests_in_the_block_alone() -> None:
    with spared_the_collector():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_after_a_module_that_can_not_be_loaded() -> None:
    with pytest.raises(ModuleNotFoundError), spared_the_collector():
        raise ModuleNotFoundError
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    gc.disable()
    try:
        with spared_the_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_leaves_its_modules_to_no_collector_and_loads_no_table_of_readings(program: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", LOOK.format(program=program)], check=True, capture_output=True, text=True
    )
    assert found.stdout.split() == ["True", "True", "False"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_wrong_file_of_an_added_catalogue_ends_a_program_with_a_sentence(program: str, tmp_path: Path) -> None:
    (tmp_path / "attributes").mkdir()
    (tmp_path / "attributes" / "immunisation.yaml").write_text("nonsense: [")
    ended = subprocess.run(
        [sys.executable, "-c", f"from {program} import main; main()", "--help"],
        env={**os.environ, CATALOGUE_VARIABLE: str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "附加的目录文件有错" in ended.stderr
    assert "(immunisation.yaml: the file is not YAML)" in ended.stderr
    assert "Traceback" not in ended.stderr
