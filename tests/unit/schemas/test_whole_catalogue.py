"""A wrong file anywhere in an added catalogue is found when the whole is read, and named with the place in it."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.catalogue_files import CATALOGUE_VARIABLE
from schemas.whole_catalogue import load_catalogue

FOLDERS = (
    "attributes",
    "never_released",
    "purposes",
    "workflows/packs",
    "statistics/tables",
    "rule_packs/parental_status",
    "rule_packs/left_behind",
    "rule_packs/rehabilitation_ages",
    "rule_packs/student_aid",
    "rule_packs/subsidies",
    "dropouts/absence_limits",
    "dropouts/reporting_duties",
    "holidays",
)
READ = """
from schemas.catalogue_files import CatalogueError
try:
    from schemas.whole_catalogue import load_catalogue
    load_catalogue()
except CatalogueError as error:
    print(error)
"""


def test_the_packages_own_is_sound() -> None:
    load_catalogue()


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_added_file_that_is_malformed_is_named(folder: str, tmp_path: Path) -> None:
    added = tmp_path / folder
    added.mkdir(parents=True)
    (added / "added.yaml").write_text("no_such_member: 990101")
    read = subprocess.run(
        [sys.executable, "-c", READ],
        env={**os.environ, CATALOGUE_VARIABLE: str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert read.stdout.startswith("added: ")
    assert "990101" not in read.stdout


def test_every_folder_of_entries_is_read() -> None:
    schemas = Path(inspect.getfile(load_catalogue)).parent
    found = {str(file.parent.relative_to(schemas)) for file in schemas.glob("*/**/*.yaml")}
    assert found - {"key_sets"} == set(FOLDERS)  # key sets are never added to
