"""The runs that exhibits are about: one that waits to be judged, and one that was, with a row of each outcome."""

import os
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from connectors.cli.session import Session
from connectors.identifiers import new_uuid
from demo.scenario.cast import COUNTY
from demo.scenario.desks import query_under
from gateway.persistence.engine import create_database_engine, read_transaction
from gateway.persistence.index_tables import active_index, index_entry
from schemas.agreement import Agreement
from schemas.envelope import MessageType
from schemas.formats import INDEX_HASH_BYTES
from schemas.linkage_keys import KeyType
from schemas.message import Message
from schemas.messages.index import KEY_TYPE_CODES
from schemas.messages.match import (
    MAX_MATCH_ANSWER_BYTES,
    AskedEntry,
    Decision,
    MatchAnswer,
    MatchPart,
    MatchPartAnswer,
    MatchRecord,
    MatchRequest,
    MatchReview,
    MatchReviewAnswer,
    Outcome,
    ReviewReason,
    pack_asked,
)

MATCH_ROW, POSSIBLE_ROW, NON_MATCH_ROW, DECIDED_ROW = range(4)
_JUDGED_AS = (Outcome.MATCH, Outcome.POSSIBLE_MATCH, Outcome.NON_MATCH, Outcome.POSSIBLE_MATCH)
_SETTLING = tuple(KEY_TYPE_CODES[key_type] for key_type in (KeyType.ID, KeyType.P_D))


class HonestRuns:
    """Two runs of one agreement, `open` and `judged`, sent by its requester.

    The hashes of the judged one are taken from the gateway's index: a number, name and date that agree are a match, a
    number alone is a possible match.
    """

    def __init__(self, requester: Session, agreement: Agreement, database: str) -> None:
        self._requester = requester
        self._agreement = agreement
        self.open = new_uuid(os.urandom)
        self.judged = new_uuid(os.urandom)
        self._send(MessageType.MATCH_PART, first_part(self.open), MatchPartAnswer)
        self._judge(database)

    def match(self) -> MatchRequest:
        """Return the request for the open run's only row."""
        return self._request(self.open, 1)

    def review(self) -> MatchReview:
        """Return the decision that the possible match of the judged run is the same child."""
        return self._decision(POSSIBLE_ROW)

    def _judge(self, database: str) -> None:
        entries = tuple(_entries_of_four_rows(database, self._agreement.digest()))
        part = first_part(self.judged, records=len(_JUDGED_AS), entries=entries)
        self._send(MessageType.MATCH_PART, part, MatchPartAnswer)
        request = self._request(self.judged, len(_JUDGED_AS))
        answer = self._send(MessageType.MATCH, request, MatchAnswer)
        assert tuple(outcome.outcome for outcome in answer.outcomes) == _JUDGED_AS
        self._send(MessageType.MATCH_REVIEW, self._decision(DECIDED_ROW), MatchReviewAnswer)

    def _request(self, run: str, records: int) -> MatchRequest:
        attributes = self._agreement.attributes
        return MatchRequest(run=run, parts=1, records=records, attributes=attributes, rows=tuple(range(records)))

    def _decision(self, row: int) -> MatchReview:
        return MatchReview(run=self.judged, row=row, decision=Decision.MATCH, reason=ReviewReason.PAPERS_SEEN)

    def _send(self, message_type: MessageType, message: Message, answer: type[Any]) -> Any:
        query = query_under(self._agreement)
        return self._requester.client.ask(message_type, message, answer, MAX_MATCH_ANSWER_BYTES, query).message


def first_part(run: str, records: int = 1, entries: tuple[AskedEntry, ...] | None = None) -> MatchPart:
    """Return the first part of a run; without entries it has one, which nobody holds."""
    asked = entries if entries is not None else (AskedEntry(0, _SETTLING[0], os.urandom(INDEX_HASH_BYTES)),)
    return MatchPart(
        run=run,
        epoch=1,
        number=0,
        records=tuple(MatchRecord(row=row, county=COUNTY) for row in range(records)),
        entries=pack_asked(asked),
    )


def _entries_of_four_rows(database: str, agreement: str) -> Iterator[AskedEntry]:
    number, name_and_date = _SETTLING
    first, second, third = _known_records(database, agreement)
    yield AskedEntry(MATCH_ROW, number, first[0])
    yield AskedEntry(MATCH_ROW, name_and_date, first[1])
    yield AskedEntry(POSSIBLE_ROW, number, second[0])
    yield AskedEntry(NON_MATCH_ROW, number, os.urandom(INDEX_HASH_BYTES))
    yield AskedEntry(DECIDED_ROW, number, third[0])


def _known_records(database: str, agreement: str) -> list[tuple[bytes, bytes]]:
    """Return the hashes of number, and of name and date, of three records of an index that share them with nobody."""
    engine = create_database_engine(database)
    volume = select(active_index.c.volume).where(active_index.c.agreement == agreement).scalar_subquery()
    entry = index_entry.c
    chosen = (entry.volume == volume, entry.key_type_code.in_(_SETTLING), ~entry.is_flagged)
    hashes: dict[bytes, dict[int, bytes]] = {}
    holders: dict[bytes, int] = {}
    with read_transaction(engine) as connection:
        for row in connection.execute(select(entry.handle, entry.key_type_code, entry.index_hash).where(*chosen)):
            hashes.setdefault(row.handle, {})[row.key_type_code] = row.index_hash
            holders[row.index_hash] = holders.get(row.index_hash, 0) + 1
    engine.dispose()
    whole = [tuple(found[code] for code in _SETTLING) for found in hashes.values() if len(found) == len(_SETTLING)]
    return [(pair[0], pair[1]) for pair in whole if all(holders[held] == 1 for held in pair)][: len(_JUDGED_AS) - 1]
