"""Questions that the test asks itself between kills: is the index old or new, and is a message accepted twice?"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from connectors.cli.session import Session
from connectors.gateway_client import PATHS, AnswerError, GatewayUnreachableError, QueryContext
from connectors.identifiers import new_uuid
from connectors.requester.hashes import HashedRow, obtain_hashes
from connectors.requester.roster import read_roster
from demo.province import Agency
from demo.scenario.cast import APPROVER, CASE, GATEWAY_ID, OFFICER, PROVINCE
from demo.scenario.dishonest_gateway import DishonestGateway
from keys.protocol.envelopes import envelope_digest, sign_relay
from schemas.agreement import Agreement
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, MessageType, RelayClaims
from schemas.formats import digest_of
from schemas.messages.match import (
    MAX_MATCH_ANSWER_BYTES,
    MAX_MATCH_PART_ANSWER_BYTES,
    MatchAnswer,
    MatchPart,
    MatchPartAnswer,
    MatchRecord,
    MatchRequest,
    pack_asked,
)
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode, ProblemError
from tests.scenario.killed.checks import History
from tests.scenario.killed.province import TwoAgencies
from tests.scenario.killed.workers import ROWS_A_BATCH

FRESH_SECONDS = 90
ONCE = frozenset({"evaluate", "match.part", "match", "match.review", "exchange", "receipt"}) | frozenset(
    {"agreement.propose", "agreement.sign", "index.begin"}
)
RELAYED = frozenset({"evaluate", "exchange", "receipt"})

Outcomes = tuple[str, ...]


@dataclass
class Prober:
    """Matches the roster against the newest index, and knows what the register's two states must give."""

    requester: Session
    mapping: Path
    states: dict[int, Outcomes] = field(default_factory=dict)
    """Outcomes of the roster's rows by the number of records of the index: the two states differ in both."""
    seen: int = 0
    _agreement: Agreement | None = None
    _hashed: tuple[HashedRow, ...] = ()

    def match(self, agreement: Agreement) -> tuple[str, Outcomes]:
        """Send a run with all keys of all rows, and return the index that it was judged against and the outcomes.

        Raises:
            ProblemError, GatewayUnreachableError, AnswerError: no answer now.
        """
        query = QueryContext(agreement, PROVINCE, OFFICER, CASE, APPROVER)
        client = self.requester.client
        if agreement != self._agreement:
            connector = self.requester.connector
            roster = read_roster(connector, self.mapping, agreement.regions, connector.today())
            rows = [row for row in roster.rows if row.keys]
            self._hashed = obtain_hashes(connector, client, self.requester.trust, query, rows).rows
            self._agreement = agreement
        run, records = new_uuid(self.requester.connector.random), len(self._hashed)
        batches = [range(start, min(start + ROWS_A_BATCH, records)) for start in range(0, records, ROWS_A_BATCH)]
        for number, rows_of_part in enumerate(batches):
            part = self._part(run, number, rows_of_part)
            client.ask(MessageType.MATCH_PART, part, MatchPartAnswer, MAX_MATCH_PART_ANSWER_BYTES, query)
        found: list[MatchAnswer] = []
        for batch in batches:
            request = MatchRequest(
                run=run, parts=len(batches), records=records, attributes=agreement.attributes, rows=tuple(batch)
            )
            found.append(client.ask(MessageType.MATCH, request, MatchAnswer, MAX_MATCH_ANSWER_BYTES, query).message)
        (index,) = {answer.index for answer in found}
        return index, tuple(outcome.outcome.value for answer in found for outcome in answer.outcomes)

    def _part(self, run: str, number: int, rows: range) -> MatchPart:
        return MatchPart(
            run=run,
            epoch=1,
            number=number,
            records=tuple(MatchRecord(row=row) for row in rows),
            entries=pack_asked(entry for row in rows for entry in self._hashed[row].to_entries(row)),
        )

    def probe(self, agreement: Agreement, history: History) -> None:
        """Match if anybody answers, and compare the outcomes with what the index that answered must give."""
        try:
            index, outcomes = self.match(agreement)
        except (ProblemError, GatewayUnreachableError, AnswerError):
            return
        history.update()
        expected = self.states[history.begun[index]["records"]]
        assert outcomes == expected, "outcomes of neither the old nor the new index"
        self.seen += 1


@dataclass(frozen=True)
class Replayer:
    """Sends acknowledged messages again: as the requester to the gateway, and as the gateway to the provider."""

    stage: TwoAgencies
    history: History
    rng: random.Random
    gateway: DishonestGateway
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    def replay(self) -> int:
        """Replay one message of each kind that is still fresh; none may be accepted. Returns how many were tried."""
        now = datetime.now(UTC).timestamp()
        fresh = [
            self.history.sent[line["id"]]
            for line in self.history.acknowledged
            if line["type"] in ONCE and now - self.history.sent[line["id"]]["at"] < FRESH_SECONDS
        ]
        chosen = {line["type"]: line for line in self.rng.sample(fresh, len(fresh))}
        for line in chosen.values():
            headers = {ENVELOPE_HEADER: line["envelope"], "Content-Type": "application/json"}
            url = self.stage.gateway_url + PATHS[MessageType(line["type"])]
            assert self._code_of(url, headers, line["body"]) is ProblemCode.REPLAYED
            if line["type"] in RELAYED:
                self._replay_at_provider(line)
        return len(chosen)

    def _replay_at_provider(self, line: dict[str, str]) -> None:
        provider = self.stage.desks[Agency.CIVIL_AFFAIRS]
        now = int(datetime.now(UTC).timestamp())
        promise = RelayClaims(
            issuer=GATEWAY_ID,
            audience=provider.part.agency,
            envelope=envelope_digest(line["envelope"]),
            leaf=digest_of(b"never logged"),
            shard=2026,
            leaf_index=0,
            issued_at=now,
            expires_at=now + 60,
        )
        headers = {
            ENVELOPE_HEADER: line["envelope"],
            RELAY_HEADER: sign_relay(self.gateway.key, promise),
            "Content-Type": "application/json",
        }
        url = provider.endpoint + PATHS[MessageType(line["type"])]
        assert self._code_of(url, headers, line["body"]) is ProblemCode.REPLAYED

    def _code_of(self, url: str, headers: dict[str, str], body: str) -> ProblemCode | None:
        response = self.http.post(url, content=body.encode(), headers=headers)
        return None if response.is_success else Problem.from_bytes(response.content, MAX_PROBLEM_BYTES).code
