"""Makes indexes invisible at once, and deletes their rows in steps that hold the write lock for moments only.

Every step can be repeated and run by several processes at a time: what is deleted already is deleted again.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from gateway.log.journal import Draft
from gateway.persistence.engine import forget_deleted, read_transaction
from gateway.persistence.entry_queries import (
    FIRST_BYTES,
    count_by_key_type,
    delete_generation_step,
    delete_removals,
    delete_removed_step,
    delete_volume_step,
    has_removals,
)
from gateway.persistence.model_queries import delete_models_without_agreement
from gateway.persistence.private_or_queries import end_boards_under
from gateway.persistence.publication_queries import (
    Publication,
    PublicationState,
    delete_active,
    delete_parts,
    end_publications,
    list_active,
    list_ended,
    set_publication_state,
)
from gateway.persistence.request_queries import delete_budget_use
from gateway.persistence.run_queries import end_runs
from gateway.services.context import Gateway

PARTS_A_STEP = 16
ENTRIES_A_STEP = 10_000
"""About so many entries are deleted at a time, so that no step holds the write lock for long."""

T = TypeVar("T")


def end_indexes(connection: Connection, agreement: str) -> bool:
    """Make all indexes, boards and runs of an agreement invisible and forget its charges.

    Returns whether there was an index or a board. The caller has noted before that the agreement is over.
    """
    had_index = end_boards_under(connection, agreement) or bool(list_active(connection, agreement))
    delete_active(connection, agreement)
    end_publications(connection, agreement)
    end_runs(connection, agreement)
    delete_models_without_agreement(connection)
    delete_budget_use(connection, agreement)
    return had_index


def delete_ended_rows(gateway: Gateway, agreement: str | None = None) -> None:
    """Delete the rows of publications that nobody sees any more, of one agreement or of all."""
    with read_transaction(gateway.engine) as connection:
        ended = [found for found in list_ended(connection) if agreement in {None, found.agreement}]
        in_use = {index.volume for index in list_active(connection)}
    for publication in ended:
        delete_received_parts(gateway, publication)
        _delete_entries(gateway, publication, is_volume_in_use=publication.volume in in_use)
        _write(gateway, partial(set_publication_state, number=publication.id, state=PublicationState.DELETED))
    if ended:
        forget_deleted(gateway.engine)


def delete_removed_rows(gateway: Gateway) -> None:
    """Delete the entries of active indexes whose records were removed by a later change."""
    with read_transaction(gateway.engine) as connection:
        indexes = [index for index in list_active(connection) if has_removals(connection, index)]
    for index in indexes:
        _walk(gateway, index.volume, partial(delete_removed_step, generation=index.generation))
        _write(gateway, partial(delete_removals, volume=index.volume, up_to=index.generation))
    if indexes:
        forget_deleted(gateway.engine)


def delete_received_parts(gateway: Gateway, publication: Publication) -> None:
    """Delete the parts of a publication, which are not needed once their entries stand in the index."""
    while _write(gateway, partial(delete_parts, number=publication.id, limit=PARTS_A_STEP)) == PARTS_A_STEP:
        pass


def _delete_entries(gateway: Gateway, publication: Publication, *, is_volume_in_use: bool) -> None:
    """Delete a whole volume with its own publication; changes that were given up half written, one by one."""
    volume = publication.volume
    if publication.id == volume:
        if not is_volume_in_use:
            _walk(gateway, volume, delete_volume_step)
            _write(gateway, partial(delete_removals, volume=volume))
    elif is_volume_in_use:
        _walk(gateway, volume, partial(delete_generation_step, generation=publication.id))
        _write(gateway, partial(delete_removals, volume=volume, generation=publication.id))


def _walk(gateway: Gateway, volume: int, step: Callable[..., None]) -> None:
    with read_transaction(gateway.engine) as connection:
        entries = count_by_key_type(connection, volume)
    for key_type_code, count in entries.items():
        steps = min(FIRST_BYTES, -(-count // ENTRIES_A_STEP))
        for place in range(steps):
            first_bytes = range(FIRST_BYTES * place // steps, FIRST_BYTES * (place + 1) // steps)
            _write(gateway, partial(step, volume=volume, key_type_code=key_type_code, first_bytes=first_bytes))


def _write(gateway: Gateway, change: Callable[[Connection], T]) -> T:
    return gateway.journal.write(lambda connection: Draft(change(connection), ())).value
