"""Match queries to the running gateway, and bare look-ups of the same hashes in its database."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

from bench.harness import Comparison, Contest, Sample, Tell, compare, timed
from bench.load import HttpRequest, LoadError, send_all
from bench.scene import FIRST_EPOCH, Scene
from connectors.gateway_client import PATHS
from demo.scenario.desks import query_under
from schemas.base64url import decode_base64url
from schemas.envelope import ENVELOPE_HEADER, MessageType
from schemas.messages.index import KEY_TYPE_CODES
from schemas.messages.match import MAX_MATCH_ANSWER_BYTES, MatchAnswer, MatchRecord, MatchRequest

_LOOK_UP = "SELECT index_hash, handle, county, key_types FROM index_entry WHERE volume = ? AND key_type_code = ?"


def sign_query(scene: Scene, records: Sequence[MatchRecord]) -> HttpRequest:
    """Return one signed match query, good once and for two minutes."""
    message = MatchRequest(epoch=FIRST_EPOCH, attributes=scene.agreement.attributes, records=tuple(records))
    prepared = scene.requester.client.prepare(MessageType.MATCH, message, query_under(scene.agreement))
    headers = {ENVELOPE_HEADER: prepared.envelope, "Content-Type": "application/json"}
    return HttpRequest("POST", PATHS[MessageType.MATCH], headers, prepared.body)


def ask(scene: Scene, batches: Sequence[Sequence[MatchRecord]], clients: int) -> Sample:
    """Send a signed query for each batch; signing comes before the clock is started. Units are queries.

    Raises:
        LoadError: refused, or an answer doesn't match the records, which all stand in the index.
    """
    answers = send_all(scene.stage.gateway_url, [sign_query(scene, batch) for batch in batches], clients)
    matched = sum(map(_count_matches, answers.bodies))
    if matched < 0.99 * sum(map(len, batches)):
        raise LoadError("records of the index were not matched")
    return answers.sample


def compare_batch(scene: Scene, asked: Sequence[MatchRecord], rounds: int, tell: Tell, *, name: str) -> Comparison:
    """Compare one query of many records with looking their hashes up and nothing else."""
    by_code = hashes_by_code(asked)
    with closing(sqlite3.connect(f"file:{scene.gateway_database}?mode=ro", uri=True)) as database:
        query = "SELECT volume FROM active_index WHERE agreement = ?"
        (volume,) = database.execute(query, (scene.agreement.digest(),)).fetchone()

        def match() -> Sample:
            sample = ask(scene, [asked], clients=1)
            return Sample(len(asked), sample.seconds, latencies=sample.latencies)

        contest = Contest(
            name=name,
            unit="records",
            peer="bare look-ups of their hashes in the same SQLite file",
            ours=match,
            theirs=lambda: timed(len(asked), lambda: list(look_up(database, volume, by_code))),
        )
        return compare(contest, rounds, tell)


def hashes_by_code(asked: Sequence[MatchRecord]) -> dict[int, list[bytes]]:
    """Return the index hashes of all records by the code of their key type."""
    return {
        code: [decode_base64url(text) for record in asked for text in record.hashes.get(key_type, ())]
        for key_type, code in KEY_TYPE_CODES.items()
    }


def look_up(database: sqlite3.Connection, volume: int, by_code: dict[int, list[bytes]]) -> Iterator[tuple[object, ...]]:
    """Yield the entries that carry one of the hashes."""
    for code, hashes in by_code.items():
        places = ",".join("?" * len(hashes))
        yield from database.execute(f"{_LOOK_UP} AND index_hash IN ({places})", (volume, code, *hashes))


def _count_matches(body: bytes) -> int:
    outcomes = MatchAnswer.from_bytes(body, MAX_MATCH_ANSWER_BYTES).outcomes
    return sum(outcome.handle is not None for outcome in outcomes)
