"""What a regular report on dropouts says: counts by school, ledger and group of reasons, and nobody's name. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from schemas.dropouts.ledgers import DropoutLedger, ledger_of
from schemas.dropouts.reasons import ReasonGroup
from schemas.dropouts.reporting_duties import Period
from schemas.workflows.events import Act, History
from schemas.workflows.position import position_of
from schemas.workflows.rule_pack import Workflow
from schemas.working_days import CHINA_TIME

_CLOSING: Final = frozenset({"attends_again", "close", "find_elsewhere"})


@dataclass(frozen=True, slots=True)
class CountedItem:
    """One dropout flag as a report counts it."""

    school: str = field(repr=False)
    group: ReasonGroup
    history: History = field(repr=False)


@dataclass(slots=True)
class SchoolCounts:
    """What one school counts: flagged in the period, standing in each ledger at its end, closed in it."""

    flagged: int = 0
    standing: Counter[DropoutLedger] = field(default_factory=Counter)
    closed: int = 0


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """A report's numbers.

    Attributes:
        schools: by the school's name, in its order.
        groups: pupils who stand in the ledgers of suspected and actual dropouts at the end, by group of reasons.
    """

    schools: dict[str, SchoolCounts]
    groups: dict[ReasonGroup, int]

    @property
    def total(self) -> SchoolCounts:
        """The sum of all schools."""
        total = SchoolCounts()
        for one in self.schools.values():
            total.flagged += one.flagged
            total.closed += one.closed
            total.standing += one.standing
        return total


def count_for(period: Period, workflow: Workflow, items: Iterable[CountedItem]) -> ReportCounts:
    """Count items for a period in China's time; of one that is not over, as they stand now."""
    schools: dict[str, SchoolCounts] = {}
    groups: Counter[ReasonGroup] = Counter()
    end_at = _midnight(period.last_on + timedelta(days=1))
    begin_at = _midnight(period.first_on)
    for item in items:
        told = [event for event in item.history.events if event.at < end_at]
        if not told:
            continue
        of_school = schools.setdefault(item.school, SchoolCounts())
        of_school.flagged += told[0].at >= begin_at
        closings = [one for one in told if isinstance(one, Act) and one.transition in _CLOSING]
        of_school.closed += any(one.at >= begin_at for one in closings)
        position = position_of(workflow, item.history.model_copy(update={"events": tuple(told)}))
        if position.state.final:
            continue
        ledger = ledger_of(position.state.id)
        of_school.standing[ledger] += 1
        groups[item.group] += ledger is not DropoutLedger.RETURNED
    ordered = {name: schools[name] for name in sorted(schools)}
    return ReportCounts(ordered, {group: groups[group] for group in ReasonGroup})


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), CHINA_TIME)
