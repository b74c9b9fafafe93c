"""Makes a release once for its quarter; whoever asks later, or for a smaller region, reads from the kept one."""

from collections.abc import Mapping

from connectors.context import Connector
from connectors.register import Register
from connectors.sources.errors import SourceError
from connectors.state.statistics import charge_noise, find_release, keep_release, last_made_on, published_last
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
    tree = _tree(connector.settings.region, counted, known)
    epsilon = connector.settings.statistics_epsilon_thousandths
    if epsilon is None:
        whole = tabulate(tree, table.codes, counted.counts)
        published = publish(whole, known)
    else:
        whole = tabulate(tree, table.codes, _with_noise(connector, table, quarter, tree, counted))
        published = publish(whole, {})
    return StatisticsRelease(
        version=1,
        table=table.id,
        quarter=quarter,
        provider=connector.agency,
        region=tree.root,
        made_on=connector.today().isoformat(),
        epsilon_thousandths=epsilon,
        categories=table.codes,
        rows=rows_of(tree, table.codes, published),
        salt=encode_base64url(connector.random(SALT_BYTES)),
    )


def _tree(root: str, counted: Counted, known: Mapping[Cell, int]) -> RegionTree:
    """Return the rows: a township that was listed once stays listed."""
    listed = {region for region, _ in known if len(region) == RegionLevel.TOWNSHIP}
    try:
        return region_tree(root, counted.townships | listed)
    except ValueError:
        raise ProblemError(ProblemCode.SOURCE_UNAVAILABLE) from None


def _with_noise(
    connector: Connector, table: StatisticsTable, quarter: str, tree: RegionTree, counted: Counted
) -> dict[Cell, int]:
    """Charge the year's budget, then draw: what was drawn and never released costs all the same."""
    settings, year = connector.settings, connector.today().year
    epsilon, limit = settings.statistics_epsilon_thousandths or 0, settings.statistics_epsilon_thousandths_per_year
    charge_noise(connector.state, table.id, quarter, year, epsilon, limit)
    cells = tuple((region, category) for region in tree.leaves for category in table.codes)
    return add_noise(counted.counts, cells, epsilon)
