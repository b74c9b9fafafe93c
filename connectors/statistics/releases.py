"""Makes a release once for its quarter; whoever asks later, or for a smaller region, reads from the kept one."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from connectors.context import Connector
from connectors.register import Register
from connectors.sources.errors import SourceError
from connectors.state.statistics import (
    NoiseCharge,
    charge_noise,
    find_release,
    keep_release,
    last_made_on,
    published_last,
)
from connectors.statistics.count_register import Counted, count_register
from connectors.statistics.count_rules import COUNT_RULES
from connectors.statistics.noise import add_noise
from schemas.base64url import encode_base64url
from schemas.problem import ProblemCode, ProblemError
from schemas.regions import RegionLevel
from schemas.statistics.publication import publish
from schemas.statistics.quarter import may_be_made
from schemas.statistics.release import SALT_BYTES, StatisticsRelease, rows_of
from schemas.statistics.tables import StatisticsTable, load_tables
from schemas.statistics.tabulation import Cell, RegionTree, region_tree, tabulate


def own_table(connector: Connector, table: str) -> StatisticsTable:
    """Return the table of this agency's kind; raises ProblemError (statistics_unknown) for any other."""
    found = load_tables().get(table)
    if found is None or found.provider.value != connector.settings.agency_type or table not in COUNT_RULES:
        raise ProblemError(ProblemCode.STATISTICS_UNKNOWN, "/table")
    return found


def obtain_release(connector: Connector, register: Register, table: StatisticsTable, quarter: str) -> StatisticsRelease:
    """Return the kept release of the table and quarter, made now if it is time and it was not made before.

    Raises:
        ProblemError: statistics_not_made, if this is not the quarter that ended last, or the table was made lately;
            budget_exhausted, if the year's budget of noise is spent; source_unavailable.
    """
    kept = find_release(connector.state, table.id, quarter)
    if kept is not None:
        return kept
    today = connector.today()
    if not may_be_made(quarter, today, last_made_on(connector.state, table.id)):
        raise ProblemError(ProblemCode.STATISTICS_NOT_MADE, "/quarter")
    try:
        counted = count_register(register, COUNT_RULES[table.id], connector.settings.region, today)
    except SourceError:
        raise ProblemError(ProblemCode.SOURCE_UNAVAILABLE) from None
    return keep_release(connector.state, _make(connector, table, quarter, counted))


def _make(connector: Connector, table: StatisticsTable, quarter: str, counted: Counted) -> StatisticsRelease:
    known = published_last(connector.state, table.id)
    tree = tree_of(connector.settings.region, counted.townships | _townships(known))
    if connector.settings.statistics_epsilon_thousandths is None:
        published = publish(tabulate(tree, table.codes, counted.counts), known)
        return state_numbers(connector, Making(table, quarter), tree, published)
    return make_with_noise(connector, Making(table, quarter), tree, counted.counts)


@dataclass(frozen=True, slots=True)
class Making:
    """Which release is made: a table for a quarter, of the whole register or of a set of matched children."""

    table: StatisticsTable
    quarter: str
    subset: str | None = None


def make_with_noise(
    connector: Connector, making: Making, tree: RegionTree, counts: Mapping[Cell, int]
) -> StatisticsRelease:
    """Charge the year's budget, then draw: what was drawn and never released costs all the same.

    Raises:
        ProblemError: budget_exhausted; statistics_set_refused, where this agency adds no noise.
    """
    settings, codes = connector.settings, making.table.codes
    epsilon, limit = settings.statistics_epsilon_thousandths, settings.statistics_epsilon_thousandths_per_year
    if epsilon is None:
        raise ProblemError(ProblemCode.STATISTICS_SET_REFUSED, "/matched")
    year, subset = connector.today().year, making.subset or ""
    charge_noise(connector.state, NoiseCharge(making.table.id, making.quarter, subset, year, epsilon, limit))
    cells = tuple((region, category) for region in tree.leaves for category in codes)
    published = publish(tabulate(tree, codes, add_noise(counts, cells, epsilon)), {})
    return state_numbers(connector, making, tree, published, epsilon)


def state_numbers(
    connector: Connector,
    making: Making,
    tree: RegionTree,
    published: Mapping[Cell, int | None],
    epsilon: int | None = None,
) -> StatisticsRelease:
    """Return the release of what is published, with a fresh salt."""
    return StatisticsRelease(
        version=1,
        table=making.table.id,
        quarter=making.quarter,
        provider=connector.agency,
        region=tree.root,
        subset=making.subset,
        made_on=connector.today().isoformat(),
        epsilon_thousandths=epsilon,
        categories=making.table.codes,
        rows=rows_of(tree, making.table.codes, published),
        salt=encode_base64url(connector.random(SALT_BYTES)),
    )


def tree_of(root: str, townships: Set[str]) -> RegionTree:
    """Return the rows of a table; raises ProblemError (source_unavailable) where the register names no township."""
    try:
        return region_tree(root, townships)
    except ValueError:
        raise ProblemError(ProblemCode.SOURCE_UNAVAILABLE) from None


def _townships(known: Mapping[Cell, int]) -> frozenset[str]:
    """Return the townships that were listed with a number: they stay listed."""
    return frozenset(region for region, _ in known if len(region) == RegionLevel.TOWNSHIP)
