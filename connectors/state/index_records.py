"""Which record stands behind which handle: in this connector only, with locators sealed at rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, delete, func, insert, select, update

from connectors.state.database import destroying, reading, single_read, writing
from connectors.state.tables import index_record, publication, publication_part
from hosting.database.prepared import Prepared


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """One record of an index: its random handle, its fingerprint and its sealed locator.

    The first 12 bytes of the fingerprint tell whether it is still the same child, the last 4 whether the same keys of
    it are published (`connectors.register`).
    """

    handle: bytes
    fingerprint: bytes = field(repr=False)
    locator: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication, full or of changes, until the gateway has activated it."""

    index: str
    agreement: str
    epoch: int
    mode: str
    base: str | None
    parts: int
    records: int


_BY_HANDLE: Final = Prepared(
    select(index_record.c.fingerprint, index_record.c.locator).where(
        index_record.c.handle == bindparam("handle"),
        index_record.c.agreement == bindparam("agreement"),
        index_record.c.epoch == bindparam("epoch"),
    )
)


def find_active(state: Engine, agreement: str, epoch: int) -> str | None:
    """Return the index that this connector last saw activated, or None."""
    with reading(state) as connection:
        return connection.execute(
            select(publication.c.index_id).where(_of(agreement, epoch), publication.c.state == "active")
        ).scalar()


def find_prepared(state: Engine, agreement: str, epoch: int) -> Publication | None:
    """Return a publication that is prepared but not yet activated, or None."""
    with reading(state) as connection:
        row = connection.execute(
            select(publication).where(_of(agreement, epoch), publication.c.state == "prepared")
        ).one_or_none()
    if row is None:
        return None
    return Publication(row.index_id, row.agreement, row.epoch, row.mode, row.base, row.parts, row.records)


def published_fingerprints(state: Engine, agreement: str, epoch: int) -> dict[bytes, bytes]:
    """Return handle by fingerprint of all records in the active index."""
    with reading(state) as connection:
        rows = connection.execute(
            select(index_record.c.fingerprint, index_record.c.handle).where(
                index_record.c.agreement == agreement,
                index_record.c.epoch == epoch,
                index_record.c.removed_by.is_(None),
            )
        )
        return {row.fingerprint: row.handle for row in rows}


def discard_unfinished(state: Engine, agreement: str, epoch: int) -> None:
    """Drop what an interrupted preparation left: no gateway has heard of it."""
    with writing(state) as connection:
        unfinished = connection.execute(
            select(publication.c.index_id).where(_of(agreement, epoch), publication.c.state != "active")
        ).scalars()
        _forget(connection, list(unfinished))


def begin_preparation(state: Engine, new: Publication, at_seconds: int) -> None:
    """Note a publication whose parts are being prepared."""
    with writing(state) as connection:
        connection.execute(
            insert(publication).values(
                index_id=new.index,
                agreement=new.agreement,
                epoch=new.epoch,
                mode=new.mode,
                base=new.base,
                state="preparing",
                parts=0,
                records=0,
                prepared_at=at_seconds,
            )
        )


def add_records(state: Engine, new: Publication, records: Sequence[IndexRecord], source_version: str | None) -> None:
    """Keep records that a publication adds, in one transaction; they come in the order of their handles."""
    with writing(state) as connection:
        # Past SQLAlchemy's handling of each value, which takes longer than the database does.
        connection.exec_driver_sql(
            _INSERT_RECORD,
            [
                (one.handle, new.agreement, new.epoch, one.fingerprint, one.locator, source_version, new.index)
                for one in records
            ],
        )


_INSERT_RECORD: Final = (
    "INSERT INTO index_record (handle, agreement, epoch, fingerprint, locator, source_version, added_by)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def add_part(state: Engine, new: Publication, number: int, body: bytes, removed: Sequence[bytes]) -> None:
    """Keep one prepared part, and note the records that it removes, in one transaction."""
    with writing(state) as connection:
        connection.execute(insert(publication_part).values(index_id=new.index, number=number, body=body))
        if removed:
            connection.execute(
                update(index_record).where(index_record.c.handle == bindparam("gone")).values(removed_by=new.index),
                [{"gone": handle} for handle in removed],
            )


def finish_preparation(state: Engine, index: str, parts: int, records: int) -> None:
    """Note that all parts are prepared: from here on the publication is resumed, not begun again."""
    with writing(state) as connection:
        connection.execute(
            update(publication)
            .where(publication.c.index_id == index)
            .values(state="prepared", parts=parts, records=records)
        )


def load_part(state: Engine, index: str, number: int) -> bytes:
    """Return the body of a prepared part."""
    with reading(state) as connection:
        return bytes(
            connection.execute(
                select(publication_part.c.body).where(
                    publication_part.c.index_id == index, publication_part.c.number == number
                )
            ).scalar_one()
        )


def mark_active(state: Engine, done: Publication) -> None:
    """The gateway has activated `done`: what it superseded is forgotten here in the same transaction."""
    with writing(state) as connection:
        scope = and_(index_record.c.agreement == done.agreement, index_record.c.epoch == done.epoch)
        connection.execute(delete(index_record).where(scope, index_record.c.removed_by == done.index))
        if done.mode == "full":
            connection.execute(delete(index_record).where(scope, index_record.c.added_by != done.index))
        connection.execute(
            delete(publication).where(_of(done.agreement, done.epoch), publication.c.index_id != done.index)
        )
        connection.execute(delete(publication_part).where(publication_part.c.index_id == done.index))
        connection.execute(update(publication).where(publication.c.index_id == done.index).values(state="active"))


def forget_epoch(state: Engine, agreement: str, epoch: int) -> None:
    """Destroy the handles and publications of a key epoch."""
    with destroying(state) as connection:
        connection.execute(
            delete(index_record).where(index_record.c.agreement == agreement, index_record.c.epoch == epoch)
        )
        connection.execute(delete(publication).where(_of(agreement, epoch)))


def forget_agreement(state: Engine, agreement: str) -> None:
    """Destroy the handles and publications of all key epochs of an agreement."""
    with destroying(state) as connection:
        connection.execute(delete(index_record).where(index_record.c.agreement == agreement))
        connection.execute(delete(publication).where(publication.c.agreement == agreement))


def find_by_handles(state: Engine, agreement: str, epoch: int, handles: Sequence[bytes]) -> dict[bytes, IndexRecord]:
    """Return the records behind `handles` that belong to this agreement and epoch."""
    found: dict[bytes, IndexRecord] = {}
    with single_read(state) if len(handles) == 1 else reading(state) as connection:
        for handle in handles:
            row = _BY_HANDLE.first(connection, {"handle": handle, "agreement": agreement, "epoch": epoch})
            if row is not None:
                found[handle] = IndexRecord(handle, *row)
    return found


def list_indexes(state: Engine) -> list[tuple[str, int]]:
    """Return the agreements and epochs of which there are records, in a fixed order."""
    columns = index_record.c
    with reading(state) as connection:
        rows = connection.execute(select(columns.agreement, columns.epoch).distinct())
        return sorted((row.agreement, row.epoch) for row in rows)


def find_index_of(state: Engine, handle: bytes) -> tuple[str, int] | None:
    """Return the agreement and epoch that a handle belongs to, or None."""
    columns = index_record.c
    with reading(state) as connection:
        row = connection.execute(select(columns.agreement, columns.epoch).where(columns.handle == handle)).one_or_none()
    return None if row is None else (row.agreement, row.epoch)


def source_versions(state: Engine, agreement: str, epoch: int) -> set[str | None]:
    """Return the versions of the source from which the locators of an index come."""
    with reading(state) as connection:
        rows = connection.execute(
            select(index_record.c.source_version)
            .where(index_record.c.agreement == agreement, index_record.c.epoch == epoch)
            .distinct()
        )
        return set(rows.scalars())


def count_records(state: Engine, agreement: str, epoch: int) -> int:
    """Return how many records the active index has."""
    with reading(state) as connection:
        return connection.execute(
            select(func.count())
            .select_from(index_record)
            .where(index_record.c.agreement == agreement, index_record.c.epoch == epoch)
        ).scalar_one()


def _of(agreement: str, epoch: int) -> ColumnElement[bool]:
    return and_(publication.c.agreement == agreement, publication.c.epoch == epoch)


def _forget(connection: Connection, indexes: Sequence[str]) -> None:
    connection.execute(delete(index_record).where(index_record.c.added_by.in_(indexes)))
    connection.execute(update(index_record).where(index_record.c.removed_by.in_(indexes)).values(removed_by=None))
    connection.execute(delete(publication).where(publication.c.index_id.in_(indexes)))
