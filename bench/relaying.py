"""Exchanges that the gateway relays to a provider's connector and back, about the matches of one judged run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.harness import Sample
from bench.load import HttpRequest, LoadError, send_all
from bench.matching import as_request, make_part
from bench.scene import PROVIDER, Scene
from connectors.identifiers import new_uuid
from connectors.requester.hashes import HashedRow
from connectors.requester.obtain_answers import AnswerCollector, MatchedRow
from connectors.requester.prove import proving_types
from demo.scenario.desks import query_under
from schemas.agreement_terms import get_key_set
from schemas.envelope import MessageType
from schemas.messages.exchange import MAX_EXCHANGE_ANSWER_BYTES, ExchangeAnswer
from schemas.messages.match import (
    MAX_MATCH_ANSWER_BYTES,
    MAX_MATCH_PART_ANSWER_BYTES,
    MatchAnswer,
    MatchPartAnswer,
    MatchRequest,
)


@dataclass(frozen=True)
class Relay:
    """A grant for the matches of a judged run, whose provider answers in a process of its own; good for 15 minutes."""

    scene: Scene
    provider_process: int
    grant: str = field(repr=False)
    matched: Sequence[MatchedRow] = field(repr=False)

    def exchange(self, times: int, clients: int) -> Sample:
        """Ask for one matched record at a time; signing and sealing come before the clock is started.

        Raises:
            LoadError: refused, or not answered.
        """
        scene, requests = self.scene, self.sign_exchanges(times)
        answers = scene.charged(lambda: send_all(scene.stage.gateway_url, requests, clients), self.provider_process)
        for body in answers.bodies:
            if ExchangeAnswer.from_bytes(body, MAX_EXCHANGE_ANSWER_BYTES).released != 1:
                raise LoadError("a match of the index was not answered")
        return answers.sample

    def sign_exchanges(self, times: int) -> list[HttpRequest]:
        """Return signed requests for one matched record each; good once and for two minutes."""
        requester, query = self.scene.requester, query_under(self.scene.agreement)
        collector = AnswerCollector(requester.connector, requester.client, requester.trust, query)
        chosen = (self.matched[number % len(self.matched)] for number in range(times))
        prepared = (collector.prepare(self.grant, self.scene.agreement.attributes, [row])[1] for row in chosen)
        return [as_request(MessageType.EXCHANGE, one) for one in prepared]


@contextmanager
def relaying(scene: Scene, asked: Sequence[HashedRow]) -> Iterator[Relay]:
    """Have the provider's connector serve, and a run of `asked` judged, whose matches may be exchanged."""
    with scene.stage.serving_connector(PROVIDER) as process:
        answer = _judged(scene, asked)
        key_set = get_key_set(scene.agreement)
        matched = []
        for outcome in answer.outcomes:
            row = asked[outcome.row]
            types = proving_types(outcome.agreed, set(row.outputs), key_set)
            keys = {key_type: row.possession_keys(key_type) for key_type in types}
            matched += [MatchedRow(outcome.row, handle, keys) for handle in outcome.handles]
        if answer.grant is None:
            raise LoadError("records of the index were not matched")
        yield Relay(scene, process, answer.grant, matched)


def _judged(scene: Scene, asked: Sequence[HashedRow]) -> MatchAnswer:
    client, query, run = (
        scene.requester.client,
        query_under(scene.agreement),
        new_uuid(scene.requester.connector.random),
    )
    part = make_part(run, asked)
    client.ask(MessageType.MATCH_PART, part, MatchPartAnswer, MAX_MATCH_PART_ANSWER_BYTES, query)
    request = MatchRequest(
        run=run, parts=1, records=len(asked), attributes=scene.agreement.attributes, rows=tuple(range(len(asked)))
    )
    return client.ask(MessageType.MATCH, request, MatchAnswer, MAX_MATCH_ANSWER_BYTES, query).message
