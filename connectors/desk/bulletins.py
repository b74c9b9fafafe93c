"""Bulletins at the desk: tables of counts that this agency asks for under purpose P18, and those that it received."""

from dataclasses import dataclass

from connectors.console.context import Console
from connectors.desk.drafts import begin_draft
from connectors.desk.purposes_for import Askable, AskedBy, list_askable
from connectors.desk.question_draft import Draft
from connectors.gateway_client import QueryContext
from connectors.state.agreements import find_agreement
from connectors.state.statistics import list_copies
from connectors.statistics.ask import ask_statistics
from schemas.problem import ProblemCode, ProblemError
from schemas.statistics.quarter import last_ended_quarter
from schemas.statistics.release import StatisticsRelease
from schemas.statistics.tables import StatisticsTable, load_tables


@dataclass(frozen=True, slots=True)
class Bulletin:
    """All tables received for one quarter and region, by table and provider."""

    quarter: str
    region: str
    releases: tuple[StatisticsRelease, ...]


def list_tables(console: Console) -> list[tuple[Askable, StatisticsTable]]:
    """Return the tables that may be asked for now, each with its agreement."""
    found = []
    for askable in list_askable(console, AskedBy.TABLE):
        agreed = {output.attribute for output in askable.outputs}
        found += [(askable, table) for table in load_tables().values() if table.attribute in agreed]
    return found


def begin_table_draft(console: Console, author: str, askable: Askable, region: str) -> Draft:
    """Keep a draft that asks for the table of the quarter that ended last; another person approves it."""
    settled = {
        "region": region,
        "roster_version": last_ended_quarter(console.connector.today()),
        "children": 1,
        "hashes": 0,
        "outside_rows": "[]",
    }
    return begin_draft(console, author, askable, settled)


def ask_for_table(console: Console, draft: Draft) -> StatisticsRelease:
    """Ask for the table of a draft and keep it; raises as `ask_statistics`, and ProblemError (no_agreement)."""
    copy = find_agreement(console.connector.state, draft.agreement)
    if copy is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT)
    query = QueryContext(copy.agreement, draft.region or "", draft.author, draft.case, draft.approver)
    return ask_statistics(console.connector, console.client, query, table_of(draft).id, draft.roster_version or "")


def table_of(draft: Draft) -> StatisticsTable:
    """Return the table that a draft asks for; raises ProblemError (statistics_unknown) if it names none."""
    found = next((table for table in load_tables().values() if table.attribute in draft.attributes), None)
    if found is None:
        raise ProblemError(ProblemCode.STATISTICS_UNKNOWN, "/table")
    return found


def list_bulletins(console: Console) -> list[Bulletin]:
    """Return what was received by quarter and region, the newest quarter first."""
    found: dict[tuple[str, str], list[StatisticsRelease]] = {}
    for release in list_copies(console.connector.state):
        found.setdefault((release.quarter, release.region), []).append(release)
    return [Bulletin(*name, tuple(releases)) for name, releases in found.items()]


def find_bulletin(console: Console, quarter: str, region: str) -> Bulletin | None:
    """Return the bulletin of a quarter and region, or None where nothing was received."""
    return next((one for one in list_bulletins(console) if (one.quarter, one.region) == (quarter, region)), None)


def count_withheld(release: StatisticsRelease) -> tuple[int, int]:
    """Return how many numbers of a release are withheld, and how many it has."""
    counts = [count for row in release.rows for count in row.counts]
    return counts.count(None), len(counts)
