"""Scores what was found against the true links: the one place where all sides are seen, and only in a demo."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.cli.session import Session
from connectors.register import county_within, open_register
from connectors.state.index_records import find_by_handles
from connectors.state.questions import RowResult
from demo.province import ROSTER_PLANS
from demo.scenario.cast import Plan
from keys.crypto.sealing import open_at_rest
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url
from schemas.transforms import ReleasedValue


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one question against the truth.

    `held` are the rows whose child the provider's index covers; `answers` counts the values of the plan's attribute.
    """

    rows: int
    matched: int
    possible: int
    non_matched: int
    unusable: int
    released: int
    held: int
    right: int
    answers: Mapping[str, int]
    right_answers: int

    @property
    def precision(self) -> float:
        """The share of matches that are the same child."""
        return self.right / self.matched if self.matched else 1.0

    @property
    def recall(self) -> float:
        """The share of held children that were matched."""
        return self.right / self.held if self.held else 1.0


def score_question(
    province: Path, plan: Plan, provider: Session, agreement: Agreement, results: Sequence[RowResult]
) -> Score:
    """Return the counts of one question."""
    true_child_of_row = _read_links(province / "truth" / "rosters.csv", "roster", ROSTER_PLANS[plan.roster].path, "row")
    true_child_of_record = _read_links(province / "truth" / "links.csv", "agency", plan.provider.value, "locator")
    covered = {true_child_of_record[locator] for locator in _covered(provider, agreement)}
    found = _records_behind(provider, agreement, results)
    right = sum(
        true_child_of_record[locator] == true_child_of_row[str(row_number)] for row_number, locator in found.items()
    )
    outcomes = [result.outcome for result in results]
    answers = {result.row_number: _as_written(result.values[plan.attribute]) for result in results if result.values}
    true_answers = _read_table(province / "truth" / "children.csv", "child", plan.attribute)
    return Score(
        rows=len(results),
        matched=outcomes.count("match"),
        possible=outcomes.count("possible_match"),
        non_matched=outcomes.count("non_match"),
        unusable=outcomes.count("unusable"),
        released=sum(bool(result.values) for result in results),
        held=sum(true_child_of_row[str(result.row_number)] in covered for result in results),
        right=right,
        answers=Counter(answers.values()),
        right_answers=sum(true_answers[true_child_of_row[str(row)]] == answer for row, answer in answers.items()),
    )


def _covered(provider: Session, agreement: Agreement) -> list[str]:
    register = open_register(provider.connector)
    return [record.locator for record in register.records() if county_within(record, agreement.regions)]


def _records_behind(provider: Session, agreement: Agreement, results: Sequence[RowResult]) -> dict[int, str]:
    """Return the provider's locator behind each matched row, from the provider's own database."""
    connector = provider.connector
    handles = [decode_base64url(result.handle) for result in results if result.handle]
    known = find_by_handles(connector.state, agreement.digest(), 1, handles)
    return {
        result.row_number: open_at_rest(connector.storage_key(), record.locator, record.handle).decode()
        for result in results
        if result.handle and (record := known.get(decode_base64url(result.handle)))
    }


def _as_written(value: ReleasedValue | None) -> str:
    """Write a released value as the truth file does."""
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def _read_table(path: Path, key: str, column: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row[key]: row[column] for row in csv.DictReader(stream)}


def _read_links(path: Path, column: str, value: str, key: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row[key]: row["child"] for row in csv.DictReader(stream) if row[column] == value}
