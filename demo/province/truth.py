"""The truth, kept apart from what the agencies hold: which row is which child, and what the right answers are."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from demo.province.agencies import Agency
from demo.province.csv_file import CsvWriter
from demo.province.people import Child
from demo.province.record import Cell, Record, text_of
from schemas.child_categories import CHILD_CATEGORY, category_group
from schemas.codes import STAGE, Stage

FOLDER: Final = "truth"

LINKS: Final = ("agency", "locator", "child")

ANSWERS: Final = (
    "child",
    "is_alive",
    "known_to_civil_affairs",
    "category_group",
    "enrolled",
    "stage",
    "last_confirmed",
    "hukou_status",
    "life_status",
    "status_since",
    "moved_to_county",
    "disability_cert_valid",
    "care_subsidy_eligible",
    "cert_valid_until",
)
"""Columns of children.csv, but for the first two named as in the attribute catalogue and with its codes.

Months are YYYYMM, yes and no are 1 and 0; empty where the agency doesn't hold the child or has no answer.
"""

_SEVERE_GRADES = {"1", "2"}
_INTELLECTUAL_OR_MENTAL = {"5", "6"}
_PLACE_AT_SCHOOL = {"在读", "休学"}
_HUKOU_STATUS = {"在册": "here", "迁出": "moved", "注销": "cancelled"}


class TruthFiles:
    """Writes `truth/links.csv` and `truth/children.csv`. Call `close` once."""

    def __init__(self, folder: Path) -> None:
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        self._links = CsvWriter(folder / FOLDER / "links.csv", LINKS)
        self._children = CsvWriter(folder / FOLDER / "children.csv", ANSWERS)

    def append_link(self, agency: Agency, locator: str, child: Child) -> None:
        """Write that the row `locator` of `agency` is `child`."""
        self._links.append((agency.value, locator, child.number))

    def append_child(self, child: Child, records: Mapping[Agency, Record], today: date) -> None:
        """Write the answers that the agencies' records give about `child`."""
        answers = true_answers(child, records, today)
        self._children.append(answers[column] for column in ANSWERS)

    def close(self) -> None:
        """Close both files."""
        self._links.close()
        self._children.close()


def true_answers(child: Child, records: Mapping[Agency, Record], today: date) -> Record:
    """Return the right answer to each question, for whoever finds the right rows."""
    answers: Record = dict.fromkeys(ANSWERS)
    answers["child"] = child.number
    answers["is_alive"] = _yes(child.died_on is None)
    for agency, answers_of in _ANSWERS_OF.items():
        if agency in records:
            answers |= answers_of(records[agency], today)
    return answers


def _civil_affairs_answers(case: Record, _today: date) -> Record:
    is_on_file = case["case_status"] == "在册"
    categories = [CHILD_CATEGORY.parse(word) for word in text_of(case, "category").split("、")] if is_on_file else []
    return {"known_to_civil_affairs": _yes(is_on_file), "category_group": category_group(categories).value}


def _education_answers(student: Record, _today: date) -> Record:
    is_enrolled = student["status"] in _PLACE_AT_SCHOOL
    return {
        "enrolled": _yes(is_enrolled),
        "stage": (STAGE.parse(text_of(student, "stage")) if is_enrolled else Stage.NONE).value,
        "last_confirmed": _month(text_of(student, "confirmed_on")),
    }


def _household_answers(person: Record, _today: date) -> Record:
    hukou_status = _HUKOU_STATUS[text_of(person, "status")]
    return {
        "hukou_status": hukou_status,
        "life_status": "alive_registered" if hukou_status == "here" else hukou_status,
        "status_since": _month(text_of(person, "status_on")),
        "moved_to_county": text_of(person, "moved_to_region")[:6],
    }


def _certificate_answers(certificate: Record, today: date) -> Record:
    valid_until = text_of(certificate, "valid_until")
    is_in_force = certificate["status"] == "正常"
    is_valid = is_in_force and valid_until >= today.isoformat()
    is_severe = (
        certificate["disability_grade"] in _SEVERE_GRADES or certificate["disability_class"] in _INTELLECTUAL_OR_MENTAL
    )
    return {
        "disability_cert_valid": _yes(is_valid),
        "care_subsidy_eligible": _yes(is_valid and is_severe),
        "cert_valid_until": _month(valid_until) if is_in_force else None,
    }


_ANSWERS_OF: Final[Mapping[Agency, Callable[[Record, date], Record]]] = {
    Agency.CIVIL_AFFAIRS: _civil_affairs_answers,
    Agency.EDUCATION: _education_answers,
    Agency.PUBLIC_SECURITY: _household_answers,
    Agency.DISABLED_FEDERATION: _certificate_answers,
}


def _yes(is_so: bool) -> Cell:  # noqa: FBT001 - turns a truth value into a cell
    return int(is_so)


def _month(iso_date: str) -> str:
    return iso_date[:4] + iso_date[5:7]
