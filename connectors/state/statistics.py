"""Keeps releases of statistics, and charges the year's budget of noise before a release is made."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, func, insert, select

from connectors.state.database import reading, writing
from connectors.state.statistics_tables import (
    statistics_copy,
    statistics_member,
    statistics_noise,
    statistics_release,
)
from schemas.problem import ProblemCode, ProblemError
from schemas.statistics.release import MAX_RELEASE_BYTES, StatisticsRelease
from schemas.statistics.tabulation import Cell


def find_release(state: Engine, table: str, quarter: str, subset: str = "") -> StatisticsRelease | None:
    """Return the whole release of this agency's own, of its register or of matched children, or None."""
    kept = statistics_release.c
    query = select(kept.body).where(kept.table_id == table, kept.quarter == quarter, kept.subset == subset)
    with reading(state) as connection:
        body = connection.execute(query).scalar()
    return None if body is None else StatisticsRelease.from_bytes(body, MAX_RELEASE_BYTES)


def list_releases(state: Engine, table: str | None = None) -> list[StatisticsRelease]:
    """Return this agency's own releases, of one table or all, in the order in which they were made."""
    kept = statistics_release.c
    query = select(kept.body).order_by(kept.made_on, kept.quarter, kept.table_id, kept.subset)
    if table is not None:
        query = query.where(kept.table_id == table)
    with reading(state) as connection:
        return [StatisticsRelease.from_bytes(body, MAX_RELEASE_BYTES) for body in connection.scalars(query)]


def published_last(state: Engine, table: str) -> Mapping[Cell, int]:
    """Return the numbers of a register's table that its readers knew last, by region and category."""
    known: dict[Cell, int] = {}
    for release in list_releases(state, table):
        if release.subset is None:
            known.update(release.published())
    return known


def last_made_on(state: Engine, table: str) -> date | None:
    """Return the day on which a register's table was made last, or None."""
    kept = statistics_release.c
    with reading(state) as connection:
        found = connection.execute(
            select(func.max(kept.made_on)).where(kept.table_id == table, kept.subset == "")
        ).scalar()
    return None if found is None else date.fromisoformat(found)


def keep_release(state: Engine, release: StatisticsRelease, children: Set[bytes] = frozenset()) -> StatisticsRelease:
    """Keep a release, and whom a matched one counted; of two that are made at once, the first is everybody's.

    Returns:
        The one that is kept.

    Args:
        state: the connector's database.
        release: of a whole register, or of the matched `children`.
        children: a keyed digest of each.
    """
    subset = release.subset or ""
    values = {
        "table_id": release.table,
        "quarter": release.quarter,
        "subset": subset,
        "body": release.to_bytes(),
        "made_on": release.made_on,
    }
    with writing(state) as connection:
        connection.execute(insert(statistics_release).prefix_with("OR IGNORE").values(**values))
        if children:
            members = [{"subset": subset, "child": child} for child in sorted(children)]
            connection.execute(insert(statistics_member).prefix_with("OR IGNORE"), members)
    kept = find_release(state, release.table, release.quarter, subset)
    return kept if kept is not None else release


def list_counted_sets(state: Engine) -> list[frozenset[bytes]]:
    """Return the sets of matched children that were counted, whoever asked."""
    found: dict[str, set[bytes]] = {}
    with reading(state) as connection:
        for subset, child in connection.execute(select(statistics_member.c.subset, statistics_member.c.child)):
            found.setdefault(subset, set()).add(child)
    return [frozenset(children) for _, children in sorted(found.items())]


@dataclass(frozen=True, slots=True)
class NoiseCharge:
    """What a release takes from its year's budget: thousandths of epsilon, of `limit` over all tables."""

    table: str
    quarter: str
    subset: str
    year: int
    epsilon: int
    limit: int


def charge_noise(state: Engine, charged: NoiseCharge) -> None:
    """Charge a release's noise, durably and once: what was charged and not released is charged already.

    Raises:
        ProblemError: budget_exhausted, if the year does not hold so much.
    """
    kept = statistics_noise.c
    name = {"table_id": charged.table, "quarter": charged.quarter, "subset": charged.subset}
    with writing(state) as connection:
        known = select(kept.year).where(*(kept[column] == value for column, value in name.items()))
        if connection.execute(known).scalar() is not None:
            return
        spent = select(func.coalesce(func.sum(kept.epsilon_thousandths), 0)).where(kept.year == charged.year)
        if connection.execute(spent).scalar_one() + charged.epsilon > charged.limit:
            raise ProblemError(ProblemCode.BUDGET_EXHAUSTED, clause="epsilon_per_year")
        values = {**name, "year": charged.year, "epsilon_thousandths": charged.epsilon}
        connection.execute(insert(statistics_noise).values(**values))


def noise_spent(state: Engine, year: int) -> int:
    """Return the thousandths of epsilon that a year's releases took."""
    kept = statistics_noise.c
    with reading(state) as connection:
        spent = select(func.coalesce(func.sum(kept.epsilon_thousandths), 0)).where(kept.year == year)
        return int(connection.execute(spent).scalar_one())


def keep_copy(state: Engine, release: StatisticsRelease, agreement: str, at_seconds: int) -> bool:
    """Keep what a provider released to this agency; False if it had released other numbers before, which stay."""
    body, kept = release.to_bytes(), statistics_copy.c
    values = {
        "provider": release.provider,
        "table_id": release.table,
        "quarter": release.quarter,
        "subset": release.subset or "",
        "region": release.region,
        "body": body,
        "agreement": agreement,
        "received_at": at_seconds,
    }
    same = (
        (kept.provider == release.provider)
        & (kept.table_id == release.table)
        & (kept.quarter == release.quarter)
        & (kept.subset == (release.subset or ""))
        & (kept.region == release.region)
    )
    with writing(state) as connection:
        connection.execute(insert(statistics_copy).prefix_with("OR IGNORE").values(**values))
        return bytes(connection.execute(select(kept.body).where(same)).scalar_one()) == body


def list_copies(state: Engine) -> list[StatisticsRelease]:
    """Return what this agency received, newest quarter first."""
    kept = statistics_copy.c
    query = select(kept.body).order_by(kept.quarter.desc(), kept.table_id, kept.provider, kept.region)
    with reading(state) as connection:
        return [StatisticsRelease.from_bytes(body, MAX_RELEASE_BYTES) for body in connection.scalars(query)]
