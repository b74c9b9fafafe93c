"""Reading and writing publications of indexes, their parts, and which index is active."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, select, update

from gateway.persistence.index_tables import active_index, index_part, publication
from hosting.database.prepared import Prepared

_COLUMNS = tuple(column for column in active_index.c if column.name != "profile")
_ACTIVE = Prepared(
    select(*_COLUMNS).where(
        active_index.c.agreement == bindparam("agreement"), active_index.c.epoch == bindparam("epoch")
    )
)


class PublicationState(StrEnum):
    """Where a publication stands."""

    RECEIVING = "receiving"
    ACTIVE = "active"
    ENDED = "ended"
    """Superseded, abandoned or destroyed: nobody sees its rows any more, and they are to be deleted."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication of the index of an agreement and key epoch; `id` is the generation of its entries."""

    id: int
    index_id: str
    agreement: str
    epoch: int
    mode: str
    volume: int
    parts: int
    records: int
    state: PublicationState


@dataclass(frozen=True, slots=True)
class ActiveIndex:
    """The index that matching sees for an agreement and epoch."""

    agreement: str
    epoch: int
    volume: int
    generation: int
    index_id: str


def add_publication(connection: Connection, entry: Publication) -> int:
    """Store a publication and return its number; `entry.id` is ignored, volume 0 means one of its own."""
    values = {
        name: getattr(entry, name) for name in ("index_id", "agreement", "epoch", "mode", "volume", "parts", "records")
    }
    number: int = connection.execute(
        insert(publication).values(**values, state=entry.state.value).returning(publication.c.id)
    ).scalar_one()
    if entry.volume == 0:
        connection.execute(update(publication).where(publication.c.id == number).values(volume=number))
    return number


def find_publication(connection: Connection, agreement: str, index_id: str) -> Publication | None:
    """Return the publication that the provider named `index_id`, or None."""
    return _first(connection, publication.c.agreement == agreement, publication.c.index_id == index_id)


def find_receiving(connection: Connection, agreement: str, epoch: int) -> Publication | None:
    """Return the publication under way for an epoch, or None."""
    return _first(
        connection,
        publication.c.agreement == agreement,
        publication.c.epoch == epoch,
        publication.c.state == PublicationState.RECEIVING.value,
    )


def list_ended(connection: Connection) -> tuple[Publication, ...]:
    """Return the publications whose rows are to be deleted."""
    rows = connection.execute(select(publication).where(publication.c.state == PublicationState.ENDED.value))
    return tuple(_publication(row) for row in rows)


def set_publication_state(connection: Connection, number: int, state: PublicationState) -> None:
    """Move one publication to `state`."""
    connection.execute(update(publication).where(publication.c.id == number).values(state=state.value))


def end_publications(
    connection: Connection, agreement: str, epoch: int | None = None, volume: int | None = None
) -> None:
    """End all publications of an agreement, of one of its epochs, or of one volume, that have not ended yet."""
    living = (PublicationState.RECEIVING.value, PublicationState.ACTIVE.value)
    query = update(publication).where(publication.c.agreement == agreement, publication.c.state.in_(living))
    if epoch is not None:
        query = query.where(publication.c.epoch == epoch)
    if volume is not None:
        query = query.where(publication.c.volume == volume)
    connection.execute(query.values(state=PublicationState.ENDED.value))


def find_active(connection: Connection, agreement: str, epoch: int) -> ActiveIndex | None:
    """Return the active index of an epoch, or None."""
    row = _ACTIVE.first(connection, {"agreement": agreement, "epoch": epoch})
    return None if row is None else ActiveIndex(*row)


def list_active(connection: Connection, agreement: str | None = None) -> tuple[ActiveIndex, ...]:
    """Return the active indexes, of one agreement or of all."""
    query = select(*_COLUMNS).order_by(active_index.c.agreement, active_index.c.epoch)
    if agreement is not None:
        query = query.where(active_index.c.agreement == agreement)
    return tuple(_active(row) for row in connection.execute(query))


def set_active(connection: Connection, index: ActiveIndex) -> None:
    """Make `index` the one that matching sees, in the place of any before and of its profile."""
    place = (active_index.c.agreement == index.agreement, active_index.c.epoch == index.epoch)
    connection.execute(delete(active_index).where(*place))
    connection.execute(
        insert(active_index).values(
            agreement=index.agreement,
            epoch=index.epoch,
            volume=index.volume,
            generation=index.generation,
            index_id=index.index_id,
        )
    )


def find_profile(connection: Connection, index: ActiveIndex) -> bytes | None:
    """Return the stored profile of an active index, or None."""
    profile: bytes | None = connection.scalar(select(active_index.c.profile).where(*_generation(index)))
    return profile


def set_profile(connection: Connection, index: ActiveIndex, profile: bytes) -> None:
    """Store the profile of an index, if that is still the active one."""
    connection.execute(update(active_index).where(*_generation(index)).values(profile=profile))


def delete_active(connection: Connection, agreement: str, epoch: int | None = None) -> None:
    """Make matching see no index of the agreement, or of one of its epochs."""
    query = delete(active_index).where(active_index.c.agreement == agreement)
    connection.execute(query if epoch is None else query.where(active_index.c.epoch == epoch))


def add_part(connection: Connection, number: int, part: int, digest: str, entries: bytes, removals: bytes) -> None:
    """Store part `part` of publication `number` as it was received."""
    connection.execute(
        insert(index_part).values(publication=number, number=part, digest=digest, entries=entries, removals=removals)
    )


def find_part_digest(connection: Connection, number: int, part: int) -> str | None:
    """Return the digest of a part that was received, or None."""
    return connection.scalar(
        select(index_part.c.digest).where(index_part.c.publication == number, index_part.c.number == part)
    )


def list_part_digests(connection: Connection, number: int) -> dict[int, str]:
    """Return the digests of the parts received, by part number, in order."""
    query = select(index_part.c.number, index_part.c.digest).where(index_part.c.publication == number)
    return {row.number: row.digest for row in connection.execute(query.order_by(index_part.c.number))}


def count_entry_bytes(connection: Connection, number: int) -> int:
    """Return how many bytes the packed entries of all parts have."""
    total = select(func.sum(func.length(index_part.c.entries))).where(index_part.c.publication == number)
    return int(connection.scalar(total) or 0)


def read_parts(connection: Connection, number: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield entries and removals of each part in order, one part in memory at a time."""
    for part in list_part_digests(connection, number):
        row = connection.execute(
            select(index_part.c.entries, index_part.c.removals).where(
                index_part.c.publication == number, index_part.c.number == part
            )
        ).one()
        yield row.entries, row.removals


def delete_parts(connection: Connection, number: int, limit: int) -> int:
    """Delete at most `limit` parts of a publication; return how many."""
    chosen = select(index_part.c.number).where(index_part.c.publication == number).limit(limit)
    parts = list(connection.scalars(chosen))
    connection.execute(delete(index_part).where(index_part.c.publication == number, index_part.c.number.in_(parts)))
    return len(parts)


def _first(connection: Connection, *conditions: ColumnElement[bool]) -> Publication | None:
    row = connection.execute(select(publication).where(*conditions)).first()
    return None if row is None else _publication(row)


def _publication(row: Row[tuple[object, ...]]) -> Publication:
    return Publication(
        id=row.id,
        index_id=row.index_id,
        agreement=row.agreement,
        epoch=row.epoch,
        mode=row.mode,
        volume=row.volume,
        parts=row.parts,
        records=row.records,
        state=PublicationState(row.state),
    )


def _generation(index: ActiveIndex) -> list[ColumnElement[bool]]:
    return [
        active_index.c.agreement == index.agreement,
        active_index.c.epoch == index.epoch,
        active_index.c.generation == index.generation,
    ]


def _active(row: Row[tuple[object, ...]]) -> ActiveIndex:
    return ActiveIndex(row.agreement, row.epoch, row.volume, row.generation, row.index_id)
