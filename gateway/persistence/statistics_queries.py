"""Remembering which release of a table a provider gave first."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from gateway.persistence.statistics_tables import statistics_release


@dataclass(frozen=True, slots=True)
class ReleaseName:
    """What a release is of: everybody who asks for it gets the same."""

    provider: str
    table_id: str
    quarter: str
    region: str


def remember_release(connection: Connection, name: ReleaseName, digest: str, at_seconds: int) -> str:
    """Remember the first release of this name; returns the digest that is remembered."""
    kept = statistics_release.c
    known = connection.execute(
        select(kept.digest).where(*(kept[column] == value for column, value in asdict(name).items()))
    ).scalar()
    if known is not None:
        return str(known)
    connection.execute(insert(statistics_release).values(**asdict(name), digest=digest, first_at=at_seconds))
    return digest
