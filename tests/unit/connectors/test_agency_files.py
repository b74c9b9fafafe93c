"""An agency that is added as files: read strictly, held to the catalogues, shown no field that it does not state."""

from datetime import date
from pathlib import Path

import pytest

from connectors.agencies import agency_of
from connectors.data_sets import Record
from connectors.settings import SettingsError
from schemas.catalogue_files import CATALOGUE_VARIABLE
from tests.unit.connectors.agency_records import record_of
from tests.unit.connectors.ledgers import TODAY

DESCRIBED = """
kind: health
data_set:
  name: screening_register
  name_zh: 儿童筛查登记
  name_en: Register of children's screenings
  fields:
    - {name: name, name_zh: 姓名, kind: person_name, required: true, part: name}
    - {name: citizen_id, name_zh: 身份证号, kind: citizen_id, part: citizen_id}
    - {name: diagnosed_on, name_zh: 诊断日期, kind: date}
    - {name: remark, name_zh: 备注, kind: text}
derivations:
  - {attribute: diagnosis_on_file, fields_used: [diagnosed_on], function: has_diagnosis}
"""
FUNCTIONS = """
def has_diagnosis(record, today):
    return "diagnosed_on" in record.values if "remark" not in record.values else None
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of added files with a health agency."""
    (tmp_path / "agencies").mkdir()
    monkeypatch.setenv(CATALOGUE_VARIABLE, str(tmp_path))
    write(tmp_path, DESCRIBED, FUNCTIONS)
    return tmp_path


def write(folder: Path, described: str, functions: str | None) -> None:
    (folder / "agencies" / "health.yaml").write_text(described, "utf-8")
    path = folder / "agencies" / "health.py"
    if functions is None:
        path.unlink()
    else:
        path.write_text(functions, "utf-8")
        path.chmod(0o644)


def screened(diagnosed_on: str | None) -> Record:
    (register, *_) = agency_of("health").data_sets
    return record_of(register, {"name": "甲", "diagnosed_on": diagnosed_on, "remark": "不得看到"})


@pytest.mark.usefixtures("folder")
def test_its_files_take_the_place_of_the_package_s_module() -> None:
    agency = agency_of("health")
    assert agency.index_data_set.name == "screening_register"
    assert [data_set.name for data_set in agency.data_sets][1:] == ["query_roster", "guardian_roster"]
    assert set(agency.derivations) == {"diagnosis_on_file"}
    assert agency_of("education").index_data_set.name == "student_register"


@pytest.mark.usefixtures("folder")
def test_a_function_is_shown_the_fields_that_it_is_said_to_use_and_no_others() -> None:
    derivation = agency_of("health").derivations["diagnosis_on_file"]
    assert derivation.derive(screened("2025-03-01"), TODAY) is True
    assert derivation.derive(screened(None), date(2026, 1, 1)) is False


def test_without_the_folder_the_package_s_module_answers() -> None:
    assert agency_of("health").index_data_set.name == "child_health_register"


WRONG = {
    "another kind": (("kind: health", "kind: education"), "is not held by education|describes education"),
    "class C": (("attribute: diagnosis_on_file", "attribute: diagnosis"), "no attribute that may be released"),
    "another agency's attribute": (("attribute: diagnosis_on_file", "attribute: enrolled"), "not held by health"),
    "unknown field": (("[diagnosed_on]", "[other]"), "a field that the register does not have"),
    "field twice": (("name: remark", "name: name"), "stands twice"),
    "nobody named": ((", part: citizen_id}", "}"), None),
    "unknown kind of field": (("kind: text", "kind: code"), "Input should be"),
    "unknown member": (("kind: health", "kind: health\nsurplus: 1"), "Extra inputs"),
    "no function": (("function: has_diagnosis", "function: nowhere"), "no function nowhere"),
    "no YAML": (("kind: health", "kind: ["), "not YAML"),
}


@pytest.mark.parametrize("name", WRONG)
def test_files_that_are_wrong_are_refused(folder: Path, name: str) -> None:
    (old, new), said = WRONG[name]
    described = DESCRIBED.replace(old, new)
    if said is None:
        described, said = described.replace(", part: name}", "}"), "who the child is"
    write(folder, described, FUNCTIONS)
    with pytest.raises(SettingsError, match=said):
        agency_of("health")


@pytest.mark.parametrize(
    ("functions", "said"), [(None, "missing"), ("def has_diagnosis(:", "loaded"), ("import nowhere_at_all", "loaded")]
)
def test_functions_that_can_not_be_loaded_are_refused(folder: Path, functions: str | None, said: str) -> None:
    write(folder, DESCRIBED, functions)
    with pytest.raises(SettingsError, match=said):
        agency_of("health")


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_code_that_others_could_have_written_is_not_run(folder: Path, mode: int) -> None:
    (folder / "agencies" / "health.py").chmod(mode)
    with pytest.raises(SettingsError, match="others can write it"):
        agency_of("health")
