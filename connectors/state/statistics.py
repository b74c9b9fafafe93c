"""Keeps releases of statistics, and charges the year's budget of noise before a release is made."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Engine, func, insert, select

from connectors.state.database import reading, writing
from connectors.state.statistics_tables import statistics_copy, statistics_noise, statistics_release
from schemas.problem import ProblemCode, ProblemError
from schemas.statistics.release import MAX_RELEASE_BYTES, StatisticsRelease
from schemas.statistics.tabulation import Cell


def find_release(state: Engine, table: str, quarter: str) -> StatisticsRelease | None:
    """Return the whole release of this agency's own, or None."""
    kept = statistics_release.c
    query = select(kept.body).where(kept.table_id == table, kept.quarter == quarter)
    with reading(state) as connection:
        body = connection.execute(query).scalar()
    return None if body is None else StatisticsRelease.from_bytes(body, MAX_RELEASE_BYTES)


def list_releases(state: Engine, table: str | None = None) -> list[StatisticsRelease]:
    """Return this agency's own releases, of one table or all, in the order in which they were made."""
    kept = statistics_release.c
    query = select(kept.body).order_by(kept.made_on, kept.quarter, kept.table_id)
    if table is not None:
        query = query.where(kept.table_id == table)
    with reading(state) as connection:
        return [StatisticsRelease.from_bytes(body, MAX_RELEASE_BYTES) for body in connection.scalars(query)]


def published_last(state: Engine, table: str) -> Mapping[Cell, int]:
    """Return the numbers of a table that its readers knew last, by region and category."""
    known: dict[Cell, int] = {}
    for release in list_releases(state, table):
        known.update(release.published())
    return known


def last_made_on(state: Engine, table: str) -> date | None:
    """Return the day on which a table was made last, or None."""
    kept = statistics_release.c
    with reading(state) as connection:
        found = connection.execute(select(func.max(kept.made_on)).where(kept.table_id == table)).scalar()
    return None if found is None else date.fromisoformat(found)


def keep_release(state: Engine, release: StatisticsRelease) -> StatisticsRelease:
    """Keep a release and return the one that is kept: where two were made at once, the first is everybody's."""
    values = {
        "table_id": release.table,
        "quarter": release.quarter,
        "body": release.to_bytes(),
        "made_on": release.made_on,
    }
    with writing(state) as connection:
        connection.execute(insert(statistics_release).prefix_with("OR IGNORE").values(**values))
    kept = find_release(state, release.table, release.quarter)
    return kept if kept is not None else release


def charge_noise(state: Engine, table: str, quarter: str, year: int, epsilon: int, limit: int) -> None:
    """Charge a release's epsilon to its year, durably and once: what was charged and not released is charged already.

    Args:
        state: the connector's database.
        table: the table.
        quarter: the quarter.
        year: the year of the office's clock in which the release is made.
        epsilon: thousandths.
        limit: thousandths that a year may take, over all tables.

    Raises:
        ProblemError: budget_exhausted, if the year does not hold so much.
    """
    kept = statistics_noise.c
    with writing(state) as connection:
        known = select(kept.epsilon_thousandths).where(kept.table_id == table, kept.quarter == quarter)
        if connection.execute(known).scalar() is not None:
            return
        spent = select(func.coalesce(func.sum(kept.epsilon_thousandths), 0)).where(kept.year == year)
        if connection.execute(spent).scalar_one() + epsilon > limit:
            raise ProblemError(ProblemCode.BUDGET_EXHAUSTED, clause="epsilon_per_year")
        charged = {"table_id": table, "quarter": quarter, "year": year, "epsilon_thousandths": epsilon}
        connection.execute(insert(statistics_noise).values(**charged))


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
        "region": release.region,
        "body": body,
        "agreement": agreement,
        "received_at": at_seconds,
    }
    same = (
        (kept.provider == release.provider)
        & (kept.table_id == release.table)
        & (kept.quarter == release.quarter)
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
