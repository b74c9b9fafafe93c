"""Nine requests that must be refused: eight by the gateway, and one that a dishonest gateway lets through."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from connectors.cli.session import Session
from connectors.gateway_client import Prepared, QueryContext
from connectors.identifiers import new_uuid
from demo.scenario.cast import OTHER_COUNTY
from demo.scenario.desks import query_under
from keys.crypto.ciphersuite import random_scalar
from keys.crypto.ristretto255 import multiply_base
from schemas.agreement import Agreement
from schemas.base64url import encode_base64url
from schemas.envelope import MessageType
from schemas.formats import INDEX_HASH_BYTES
from schemas.linkage_keys import KeyType
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateAnswer, EvaluateRequest
from schemas.messages.index import KEY_TYPE_CODES
from schemas.messages.match import (
    MAX_MATCH_ANSWER_BYTES,
    AskedEntry,
    MatchAnswer,
    MatchPart,
    MatchRecord,
    MatchRequest,
    pack_asked,
)
from schemas.problem import ProblemCode, ProblemError


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was tried, what should refuse it, and what did (None: it went through)."""

    tried_zh: str
    tried_en: str
    expected: ProblemCode
    met: ProblemCode | None

    @property
    def is_as_expected(self) -> bool:
        """Whether it was refused for the right reason."""
        return self.met is self.expected


@dataclass(frozen=True, slots=True)
class RefusalPlay:
    """Tries what must be refused, as an officer or an attacker inside the requester's office would."""

    session: Session
    agreement: Agreement
    expired: Agreement
    small_budget: Agreement
    unsigned: Agreement

    def run(self) -> list[Refusal]:
        """Try all eight, in the order of the list."""
        query = query_under(self.agreement)
        evaluate = self._evaluate
        return [
            self._try(
                "协议外的数据项", "an attribute outside the agreement", "attribute_not_agreed", self._other_attribute
            ),
            self._try("已到期的协议", "an expired agreement", "agreement_expired", evaluate(query_under(self.expired))),
            self._try("没有协议", "no agreement", "no_agreement", evaluate(query_under(self.unsigned))),
            self._try(
                "外县儿童",
                "another county's children",
                "region_not_agreed",
                evaluate(replace(query, region=OTHER_COUNTY)),
            ),
            self._try("没有个案编号", "no case number", "case_number_missing", evaluate(replace(query, case=None))),
            self._try("重放旧请求", "a replayed request", "replayed", self._replay),
            self._try("改动报文", "a tampered body", "body_digest_differs", self._tamper),
            self._try(
                "额度用完",
                "an exhausted budget",
                "budget_exhausted",
                evaluate(query_under(self.small_budget), elements=8),
            ),
        ]

    def _try(self, zh: str, en: str, expected: str, attempt: Callable[[], object]) -> Refusal:
        try:
            attempt()
        except ProblemError as error:
            return Refusal(zh, en, ProblemCode(expected), error.code)
        return Refusal(zh, en, ProblemCode(expected), None)

    def _evaluate(self, query: QueryContext, elements: int = 1) -> Callable[[], object]:
        return lambda: self._send(prepare_probe(self.session, query, elements), query)

    def _send(self, prepared: Prepared, query: QueryContext) -> object:
        return self.session.client.send(prepared, EvaluateAnswer, MAX_EVALUATE_BYTES, query.agreement)

    def _other_attribute(self) -> object:
        query = query_under(self.agreement)
        run = new_uuid(self.session.connector.random)
        request = MatchRequest(run=run, parts=1, records=1, attributes=("disability_cert_valid",), rows=(0,))
        return self.session.client.ask(MessageType.MATCH, request, MatchAnswer, MAX_MATCH_ANSWER_BYTES, query)

    def _replay(self) -> object:
        query = query_under(self.agreement)
        prepared = prepare_probe(self.session, query)
        self._send(prepared, query)
        return self._send(prepared, query)

    def _tamper(self) -> object:
        query = query_under(self.agreement)
        prepared = prepare_probe(self.session, query)
        other = prepare_probe(self.session, query)
        return self._send(replace(prepared, body=other.body), query)


def prepare_probe(session: Session, query: QueryContext, elements: int = 1) -> Prepared:
    """Return a signed evaluate request about made-up identifiers."""
    random = session.connector.random
    blinded = b"".join(multiply_base(random_scalar(random)) for _ in range(elements))
    request = EvaluateRequest(epoch=1, blinded=encode_base64url(blinded))
    return session.client.prepare(MessageType.EVALUATE, request, query)


def made_up_part(session: Session) -> MatchPart:
    """Return the only part of a new run: one record with a random index hash."""
    random = session.connector.random
    entry = AskedEntry(0, KEY_TYPE_CODES[KeyType.ID], random(INDEX_HASH_BYTES))
    return MatchPart(
        run=new_uuid(random), epoch=1, number=0, records=(MatchRecord(row=0),), entries=pack_asked([entry])
    )
