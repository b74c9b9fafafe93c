"""The truth, kept apart from what the agencies hold: which row is which child, and what the right answers are."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from demo.province.agencies import Agency
from demo.province.csv_file import CsvWriter
from demo.province.people import Child
from demo.province.record import Cell, Record, text_of

FOLDER: Final = "truth"

LINKS: Final = ("agency", "locator", "child")

ANSWERS: Final = (
    "child",
    "is_alive",
    "known_to_civil_affairs",
    "category",
    "case_status",
    "enrolled",
    "student_status",
    "stage",
    "last_confirmed",
    "hukou_status",
    "hukou_changed",
    "moved_to_county",
    "cancel_reason",
    "disability_cert_valid",
    "severe_disability",
    "care_subsidy_eligible",
    "cert_valid_until",
)
"""Columns of children.csv. Months are YYYYMM, yes and no are 1 and 0; empty where the agency doesn't hold the child."""

_SEVERE_GRADES = {"1", "2"}
_INTELLECTUAL_OR_MENTAL = {"5", "6"}


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
    answers["known_to_civil_affairs"] = _yes(Agency.CIVIL_AFFAIRS in records)
    if (held := records.get(Agency.CIVIL_AFFAIRS)) is not None:
        answers |= {"category": held["category"], "case_status": held["case_status"]}
    if (held := records.get(Agency.EDUCATION)) is not None:
        answers |= _education_answers(held)
    if (held := records.get(Agency.PUBLIC_SECURITY)) is not None:
        answers |= _household_answers(held)
    if (held := records.get(Agency.DISABLED_FEDERATION)) is not None:
        answers |= _certificate_answers(held, today)
    return answers


def _education_answers(student: Record) -> Record:
    return {
        "enrolled": _yes(student["status"] == "在读"),
        "student_status": student["status"],
        "stage": student["stage"],
        "last_confirmed": _month(text_of(student, "confirmed_on")),
    }


def _household_answers(person: Record) -> Record:
    return {
        "hukou_status": person["status"],
        "hukou_changed": _month(text_of(person, "status_on")),
        "moved_to_county": text_of(person, "moved_to_region")[:6],
        "cancel_reason": person["cancel_reason"],
    }


def _certificate_answers(certificate: Record, today: date) -> Record:
    valid_until = text_of(certificate, "valid_until")
    is_valid = certificate["status"] == "正常" and valid_until >= today.isoformat()
    is_severe = certificate["disability_grade"] in _SEVERE_GRADES
    return {
        "disability_cert_valid": _yes(is_valid),
        "severe_disability": _yes(is_severe),
        "care_subsidy_eligible": _yes(
            is_valid and (is_severe or certificate["disability_class"] in _INTELLECTUAL_OR_MENTAL)
        ),
        "cert_valid_until": _month(valid_until),
    }


def _yes(is_so: bool) -> Cell:  # noqa: FBT001 - turns a truth value into a cell
    return int(is_so)


def _month(iso_date: str) -> str:
    return iso_date[:4] + iso_date[5:7]
