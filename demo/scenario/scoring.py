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
class Tally:
    """Rows of one kind: how many were matched, how many of those rightly, and whose child the index covers."""

    matched: int
    right: int
    held: int

    @property
    def precision(self) -> float:
        """The share of matches that are the same child."""
        return self.right / self.matched if self.matched else 1.0

    @property
    def recall(self) -> float:
        """The share of held children that were matched."""
        return self.right / self.held if self.held else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one question against the truth; `answers` counts the values of the plan's attribute.

    `with_number` are the rows that hold the child's own ID number, undamaged; `without_number` all others.
    """

    rows: int
    possible: int
    non_matched: int
    unusable: int
    released: int
    all_rows: Tally
    with_number: Tally
    without_number: Tally
    answers: Mapping[str, int]
    right_answers: int


@dataclass(frozen=True, slots=True)
class Truth:
    """Which child a row of the roster and a record of the provider truly are, and whom the index covers."""

    provider: Session
    agreement: Agreement
    child_of_row: Mapping[str, str]
    has_own_number: Mapping[str, str]
    child_of_record: Mapping[str, str]
    covered: frozenset[str]

    def records_behind(self, results: Sequence[RowResult]) -> dict[int, str]:
        """Return the provider's locator behind each matched row, from the provider's own database."""
        connector = self.provider.connector
        handles = [decode_base64url(result.handle) for result in results if result.handle]
        known = find_by_handles(connector.state, self.agreement.digest(), 1, handles)
        return {
            result.row_number: open_at_rest(connector.storage_key(), record.locator, record.handle).decode()
            for result in results
            if result.handle and (record := known.get(decode_base64url(result.handle)))
        }


def score_question(
    province: Path, plan: Plan, provider: Session, agreement: Agreement, results: Sequence[RowResult]
) -> Score:
    """Return the counts of one question."""
    truth = truth_of(province, plan, provider, agreement)
    found = truth.records_behind(results)
    everyone = {result.row_number for result in results}
    numbered = {row for row in everyone if truth.has_own_number[str(row)] == "1"}
    outcomes = [result.outcome for result in results]
    answers = {result.row_number: _as_written(result.values[plan.attribute]) for result in results if result.values}
    true_answers = _read_table(province / "truth" / "children.csv", "child", plan.attribute)
    return Score(
        rows=len(results),
        possible=outcomes.count("possible_match"),
        non_matched=outcomes.count("non_match"),
        unusable=outcomes.count("unusable"),
        released=sum(bool(result.values) for result in results),
        all_rows=_tally(truth, found, everyone),
        with_number=_tally(truth, found, everyone & numbered),
        without_number=_tally(truth, found, everyone - numbered),
        answers=Counter(answers.values()),
        right_answers=sum(true_answers[truth.child_of_row[str(row)]] == answer for row, answer in answers.items()),
    )


def truth_of(province: Path, plan: Plan, provider: Session, agreement: Agreement) -> Truth:
    """Return the truth about one question."""
    child_of_record = _read_links(province / "truth" / "links.csv", "agency", plan.provider.value, "locator")
    rosters, roster = province / "truth" / "rosters.csv", ROSTER_PLANS[plan.roster].path
    return Truth(
        provider=provider,
        agreement=agreement,
        child_of_row=_read_links(rosters, "roster", roster, "row"),
        has_own_number=_read_links(rosters, "roster", roster, "row", "has_own_number"),
        child_of_record=child_of_record,
        covered=frozenset(child_of_record[locator] for locator in _covered(provider, agreement)),
    )


def _tally(truth: Truth, found: Mapping[int, str], rows: set[int]) -> Tally:
    matched = {row: locator for row, locator in found.items() if row in rows}
    return Tally(
        matched=len(matched),
        right=sum(truth.child_of_record[locator] == truth.child_of_row[str(row)] for row, locator in matched.items()),
        held=sum(truth.child_of_row[str(row)] in truth.covered for row in rows),
    )


def _covered(provider: Session, agreement: Agreement) -> list[str]:
    register = open_register(provider.connector)
    return [record.locator for record in register.records() if county_within(record, agreement.regions)]


def _as_written(value: ReleasedValue | None) -> str:
    """Write a released value as the truth file does."""
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def _read_table(path: Path, key: str, column: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row[key]: row[column] for row in csv.DictReader(stream)}


def _read_links(path: Path, column: str, value: str, key: str, wanted: str = "child") -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row[key]: row[wanted] for row in csv.DictReader(stream) if row[column] == value}
