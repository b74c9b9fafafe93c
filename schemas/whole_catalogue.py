"""The whole catalogue at once, for a program that starts to serve."""

from collections.abc import Callable
from typing import Final

from schemas.attribute_catalogue import load_releasable, never_released
from schemas.dropouts.absence_limit import load_absence_limits
from schemas.dropouts.reporting_duties import load_reporting_duties
from schemas.purpose_catalogue import load_purposes
from schemas.rule_packs.left_behind import load_left_behind
from schemas.rule_packs.parental_rules import load_parental_rules
from schemas.rule_packs.rehabilitation_ages import load_rehabilitation_ages
from schemas.rule_packs.student_aid import load_student_aid
from schemas.rule_packs.subsidies import load_subsidy_rules
from schemas.statistics.tables import load_tables
from schemas.workflows.load import load_workflows
from schemas.working_days import bundled_notices

_PARTS: Final[tuple[Callable[[], object], ...]] = (
    load_releasable,
    never_released,
    load_purposes,
    load_workflows,
    load_tables,
    load_parental_rules,
    load_left_behind,
    load_rehabilitation_ages,
    load_student_aid,
    load_subsidy_rules,
    load_absence_limits,
    load_reporting_duties,
    bundled_notices,
)


def load_catalogue() -> None:
    """Read every part, which is then remembered: a wrong file shows at the start, and no request waits for reading.

    Raises:
        CatalogueError: the first file that is wrong, and where.
    """
    for load in _PARTS:
        load()
