"""Parts of match runs sent to the running gateway, and bare look-ups of the same hashes in its database."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

from bench.harness import Comparison, Contest, Sample, Tell, compare, timed
from bench.load import HttpRequest, LoadError, send_all
from bench.scene import FIRST_EPOCH, Scene
from connectors.gateway_client import PATHS, Prepared
from connectors.identifiers import new_uuid
from connectors.requester.hashes import HashedRow
from demo.scenario.desks import query_under
from schemas.envelope import ENVELOPE_HEADER, MessageType
from schemas.messages.match import MAX_MATCH_PART_ANSWER_BYTES, MatchPart, MatchPartAnswer, MatchRecord, pack_asked

_LOOK_UP = "SELECT index_hash, handle, county, key_types FROM index_entry WHERE volume = ? AND key_type_code = ?"


def sign_query(scene: Scene, rows: Sequence[HashedRow]) -> HttpRequest:
    """Return one signed match query, the only part of a run of its own; good once and for two minutes."""
    part = make_part(new_uuid(scene.requester.connector.random), rows)
    prepared = scene.requester.client.prepare(MessageType.MATCH_PART, part, query_under(scene.agreement))
    return as_request(MessageType.MATCH_PART, prepared)


def make_part(run: str, rows: Sequence[HashedRow]) -> MatchPart:
    """Return the only part of a run of these rows."""
    return MatchPart(
        run=run,
        epoch=FIRST_EPOCH,
        number=0,
        records=tuple(MatchRecord(row=place, county=row.row.county) for place, row in enumerate(rows)),
        entries=pack_asked(entry for place, row in enumerate(rows) for entry in row.to_entries(place)),
    )


def as_request(message_type: MessageType, prepared: Prepared) -> HttpRequest:
    """Return a signed message as it is sent to the gateway."""
    headers = {ENVELOPE_HEADER: prepared.envelope, "Content-Type": "application/json"}
    return HttpRequest("POST", PATHS[message_type], headers, prepared.body)


def ask(scene: Scene, batches: Sequence[Sequence[HashedRow]], clients: int) -> Sample:
    """Send a signed query for each batch; signing comes before the clock is started. Units are queries.

    Raises:
        LoadError: refused, or an answer doesn't settle the records, which all stand in the index.
    """
    requests = [sign_query(scene, batch) for batch in batches]
    answers = scene.charged(lambda: send_all(scene.stage.gateway_url, requests, clients))
    settled = sum(map(_count_settled, answers.bodies))
    if settled < 0.9 * sum(map(len, batches)):
        raise LoadError("records of the index were not settled")
    return answers.sample


def compare_batch(scene: Scene, asked: Sequence[HashedRow], rounds: int, tell: Tell, *, name: str) -> Comparison:
    """Compare one query of many records with looking their hashes up and nothing else."""
    by_code = hashes_by_code(asked)
    with closing(sqlite3.connect(f"file:{scene.gateway_database}?mode=ro", uri=True)) as database:
        query = "SELECT volume FROM active_index WHERE agreement = ?"
        (volume,) = database.execute(query, (scene.agreement.digest(),)).fetchone()

        def match() -> Sample:
            sample = ask(scene, [asked], clients=1)
            return Sample(len(asked), sample.seconds, sample.cpu_seconds, sample.latencies)

        contest = Contest(
            name=name,
            unit="records",
            peer="bare look-ups of their hashes in the same SQLite file",
            ours=match,
            theirs=lambda: timed(len(asked), lambda: list(look_up(database, volume, by_code))),
        )
        return compare(contest, rounds, tell)


def hashes_by_code(asked: Sequence[HashedRow]) -> dict[int, list[bytes]]:
    """Return the index hashes of all rows by the code of their key type."""
    by_code: dict[int, list[bytes]] = {}
    for row in asked:
        for entry in row.to_entries(0):
            by_code.setdefault(entry.key_type_code, []).append(entry.index_hash)
    return by_code


def look_up(database: sqlite3.Connection, volume: int, by_code: dict[int, list[bytes]]) -> Iterator[tuple[object, ...]]:
    """Yield the entries that carry one of the hashes."""
    for code, hashes in by_code.items():
        places = ",".join("?" * len(hashes))
        yield from database.execute(f"{_LOOK_UP} AND index_hash IN ({places})", (volume, code, *hashes))


def _count_settled(body: bytes) -> int:
    return len(MatchPartAnswer.from_bytes(body, MAX_MATCH_PART_ANSWER_BYTES).settled)
