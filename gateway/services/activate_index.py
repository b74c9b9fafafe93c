"""Activating an index: its entries are written where nobody looks, and one small transaction makes them visible.

A full index goes into a volume of its own, changes go into the volume that they change, under a generation that is
not active yet. Entries are written in the order of their hashes and in steps, so that others can write in between.
Whenever the process is killed, matching sees the old index or the new one, and activating again goes on.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from sqlalchemy import Connection

from gateway.domain.index_order import OrderedEntries, order_entries
from gateway.domain.published_table import published_table
from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import set_review_due
from gateway.persistence.engine import read_transaction
from gateway.persistence.entry_inserts import insert_entries, insert_removals
from gateway.persistence.publication_queries import (
    ActiveIndex,
    Publication,
    PublicationState,
    count_entry_bytes,
    end_publications,
    find_active,
    find_publication,
    list_part_digests,
    read_parts,
    set_active,
    set_publication_state,
)
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once, require_active
from gateway.services.context import Gateway
from gateway.services.destroy_index import delete_ended_rows, delete_received_parts
from gateway.services.find_records import ensure_profile, store_profile
from gateway.services.publish_index import index_status, load_provider_agreement, require_receiving
from gateway.services.request_events import register_event
from gateway.services.request_trail import Received
from hosting.run_ahead import run_ahead
from linkage.run import IndexProfile, profile_of
from schemas.agreement_terms import get_key_set
from schemas.formats import ENTRY_BYTES, HANDLE_BYTES, digest_of
from schemas.key_set import KeySet
from schemas.messages.index import IndexActivate, manifest_of
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError

STEPS_READY: Final = 24
"""Steps that wait to be written, in order (about 1.5 MB each): so many as are written while a pass is begun."""


def activate_index(gateway: Gateway, received: Received[IndexActivate]) -> Reply:
    """Make a publication whose parts are all there the active index; activating it again changes nothing.

    Raises:
        ProblemError: not the agreement's provider, index_incomplete, or index_conflict: the manifest is another,
            the publication was given up, or its base is not active any more.
    """
    standing = load_provider_agreement(gateway, received)
    publication = _find_complete(gateway, standing, received.message)
    profile = None
    if publication.state is PublicationState.RECEIVING:
        if publication.mode == "changes":
            # Else changes that were given up half written would become visible together with these.
            delete_ended_rows(gateway, standing.digest)
        profile = _write(gateway, publication, get_key_set(standing.agreement))

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        require_active(connection, standing)
        if _is_active(connection, publication):
            return Draft(None, ())
        _switch(connection, publication)
        set_review_due(connection, standing.digest, None)
        return Draft(None, (register_event(received, EventType.INDEX_ACTIVATE, publication.records),))

    written = gateway.journal.write(change)
    delete_received_parts(gateway, publication)
    if profile is not None:
        store_profile(gateway, _active(publication), profile)
    ensure_profile(gateway, publication.agreement, publication.epoch, get_key_set(standing.agreement))
    with read_transaction(gateway.engine) as connection:
        status = index_status(connection, standing.digest, publication.epoch, publication.index_id)
    answer = sign_answer(gateway, received, status)
    return reply_with(gateway, received, answer, written.receipts[0]) if written.receipts else Reply(answer)


def _find_complete(gateway: Gateway, standing: Standing, message: IndexActivate) -> Publication:
    with read_transaction(gateway.engine) as connection:
        publication = find_publication(connection, standing.digest, message.index)
        if publication is not None and _is_active(connection, publication):
            return publication
        publication = require_receiving(connection, standing.digest, message.index)
        digests = list_part_digests(connection, publication.id)
    if len(digests) != publication.parts:
        raise ProblemError(ProblemCode.INDEX_INCOMPLETE)
    if digest_of(manifest_of(digests.values())) != message.manifest:
        raise ProblemError(ProblemCode.INDEX_CONFLICT, "/manifest")
    return publication


def _is_active(connection: Connection, publication: Publication) -> bool:
    active = find_active(connection, publication.agreement, publication.epoch)
    return active is not None and active.index_id == publication.index_id


def _write(gateway: Gateway, publication: Publication, key_set: KeySet) -> IndexProfile | None:
    """Write what was published; return the profile of a full index, which is made meanwhile."""
    with ThreadPoolExecutor(1) as beside:
        profile = beside.submit(_published_profile, gateway, publication, key_set)
        _write_entries(gateway, publication)
        for handles in _removals(gateway, publication):
            _write_step(gateway, publication, partial(insert_removals, handles=handles))
        return profile.result()


def _write_entries(gateway: Gateway, publication: Publication) -> None:
    """Write entries in steps, while the next ones are put in order; the publication may be given up in between."""

    def write(step: OrderedEntries) -> None:
        _write_step(gateway, publication, partial(insert_entries, entries=step))

    steps = order_entries(partial(_packed_entries, gateway, publication))
    with ThreadPoolExecutor(1) as writing:
        try:
            for _ in run_ahead(writing, write, steps, STEPS_READY):
                pass
        finally:
            writing.shutdown(cancel_futures=True)  # after a step that failed


def _write_step(gateway: Gateway, publication: Publication, insert: partial[None]) -> None:
    def change(connection: Connection) -> Draft[None]:
        require_receiving(connection, publication.agreement, publication.index_id)
        insert(connection, publication.volume, publication.id)
        return Draft(None, ())

    gateway.journal.write(change)


def _published_profile(gateway: Gateway, publication: Publication, key_set: KeySet) -> IndexProfile | None:
    """Return the profile of a full index from its parts, while they are there: quicker than from the table."""
    if publication.mode != "full":
        return None
    codes = [defined.code for defined in key_set.evidence]
    read_parts = partial(_packed_entries, gateway, publication)
    return profile_of(published_table(read_parts, _count_entries(gateway, publication), codes), key_set)


def _count_entries(gateway: Gateway, publication: Publication) -> int:
    with read_transaction(gateway.engine) as connection:
        return count_entry_bytes(connection, publication.id) // ENTRY_BYTES


def _packed_entries(gateway: Gateway, publication: Publication) -> Iterator[bytes]:
    with read_transaction(gateway.engine) as connection:
        for entries, _ in read_parts(connection, publication.id):
            yield entries


def _removals(gateway: Gateway, publication: Publication) -> Iterator[list[bytes]]:
    with read_transaction(gateway.engine) as connection:
        parts = [removals for _, removals in read_parts(connection, publication.id) if removals]
    for packed in parts:
        yield [packed[start : start + HANDLE_BYTES] for start in range(0, len(packed), HANDLE_BYTES)]


def _switch(connection: Connection, publication: Publication) -> None:
    """Let matching see the publication instead of what it saw before; raises ProblemError (index_conflict)."""
    require_receiving(connection, publication.agreement, publication.index_id)
    before = find_active(connection, publication.agreement, publication.epoch)
    if publication.mode == "changes" and (before is None or before.volume != publication.volume):
        raise ProblemError(ProblemCode.INDEX_CONFLICT, "/index")
    set_publication_state(connection, publication.id, PublicationState.ACTIVE)
    if before is not None and before.volume != publication.volume:
        end_publications(connection, publication.agreement, volume=before.volume)
    set_active(connection, _active(publication))


def _active(publication: Publication) -> ActiveIndex:
    return ActiveIndex(
        agreement=publication.agreement,
        epoch=publication.epoch,
        volume=publication.volume,
        generation=publication.id,
        index_id=publication.index_id,
    )
