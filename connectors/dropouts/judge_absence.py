"""What keeps the pupil in a row of an absence ledger from being flagged: dates, days, reason, contacts. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from connectors.data_sets import Record
from connectors.dropouts.entry import contacts_of, find_count, find_day, find_reference, find_text
from connectors.sources.findings import Finding, Severity
from connectors.sources.header import plain_label
from schemas.codes import DropoutStatus
from schemas.dates import LedgerDate
from schemas.dropouts.absence_limit import AbsenceLimit

ABSENCE_FIELDS: Final = frozenset({"first_absent_on", "absent_days"})
"""A ledger with one of these columns is an absence ledger."""

TO_FLAG: Final = frozenset({None, DropoutStatus.SUSPECTED})


@dataclass(frozen=True, slots=True)
class AbsenceRules:
    """What the rows of one absence ledger are judged by.

    Attributes:
        columns: field → name of its column, for those that the ledger has.
        school: of whoever uploaded it; None where it is not a school's.
        limit: of the region.
        today: the office's day.
    """

    columns: Mapping[str, str] = field(repr=False)
    school: str | None
    limit: AbsenceLimit
    today: date


def judge_absence(record: Record, rules: AbsenceRules, *, is_flagged: bool) -> tuple[Finding, ...]:
    """Return all findings of a row: those of its cells, and what keeps its pupil from being flagged.

    Rows of pupils who have been dealt with (辍学, 已复学, 销号) are left as they are.
    """
    if record.values.get("status") not in TO_FLAG:
        return record.findings
    judge = _Judge(record, rules)
    of_cells = tuple(judge.named_better(found) for found in record.findings)
    flagged = (judge.finding("absence.flagged_already", "name", "error"),) if is_flagged else ()
    return (*of_cells, *judge.of_absence(), *judge.of_reason(), *judge.of_contacts(), *judge.of_school(), *flagged)


class _Judge:
    def __init__(self, record: Record, rules: AbsenceRules) -> None:
        self._record = record
        self._rules = rules
        self._wrong = {found.column for found in record.findings}

    def finding(self, code: str, field_name: str, severity: Severity) -> Finding:
        return Finding(self._record.row_number, self._rules.columns.get(field_name), code, severity)

    def named_better(self, found: Finding) -> Finding:
        """A reason that is no code keeps a pupil from being flagged; the sentence says which codes there are."""
        if found.column is not None and found.column == self._rules.columns.get("reason"):
            return replace(found, code="absence.reason_unknown", severity="error")
        return found

    def of_absence(self) -> Iterator[Finding]:
        rules, first = self._rules, self._record.values.get("first_absent_on")
        days = find_count(self._record, "absent_days")
        if isinstance(first, LedgerDate):
            if first.precision != "day":
                yield self.finding("absence.date_without_day", "first_absent_on", "error")
            elif first.on > rules.today:
                yield self.finding("absence.date_in_future", "first_absent_on", "error")
            elif days is not None and days > (rules.today - first.on).days + 1:
                yield self.finding("absence.more_days_than_passed", "absent_days", "error")
        elif self._is_empty("first_absent_on"):
            yield self.finding("absence.date_missing", "first_absent_on", "error")
        if days is not None and days < rules.limit.least_days:
            yield self.finding("absence.below_limit", "absent_days", "error")
        elif days is None and self._is_empty("absent_days"):
            yield self.finding("absence.days_missing", "absent_days", "error")

    def of_reason(self) -> Iterator[Finding]:
        if self._is_empty("reason"):
            yield self.finding("absence.reason_missing", "reason", "error")

    def of_contacts(self) -> Iterator[Finding]:
        record, said = self._record, contacts_of(self._record)
        days = (said.last_on, find_day(record, "reported_on"))
        if any(day is not None and day > self._rules.today for day in days):
            yield self.finding("absence.contact_in_future", "contacts", "error")
        if not said.contacted:
            yield self.finding("absence.not_contacted", "contacts", "warning")
        if not said.visited:
            yield self.finding("absence.not_visited", "contacts", "warning")
        elif find_reference(record, "visit_proof") is None:
            yield self.finding("absence.visit_without_reference", "visit_proof", "warning")

    def of_school(self) -> Iterator[Finding]:
        own, written = self._rules.school, find_text(self._record, "school_name")
        if own is not None and written is not None and plain_label(own) != plain_label(written):
            yield self.finding("absence.other_school", "school_name", "error")

    def _is_empty(self, field_name: str) -> bool:
        """Return whether nothing stands in a cell; what stands there and was refused has its finding already."""
        is_refused = self._rules.columns.get(field_name) in self._wrong - {None}
        return self._record.values.get(field_name) is None and not is_refused
