"""No guess without a logged request: every evaluation is charged at the gateway and again at the provider."""

import json
import os
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select

from connectors.api.provider_api import ProviderService, create_provider_app
from connectors.cli.session import Session
from connectors.gateway_client import Prepared, QueryContext
from connectors.register import open_register
from connectors.state.database import reading
from connectors.state.tables import budget_use, promise
from demo.scenario.cast import OTHER_COUNTY
from demo.scenario.desks import agree, publish, query_under
from demo.scenario.refusals import prepare_probe
from gateway.api.conversations import CONVERSATIONS
from gateway.log.events import Event
from gateway.log.leaf import parse_leaf
from keys.crypto.ciphersuite import random_scalar
from keys.crypto.ristretto255 import multiply_base
from schemas.agreement import Agreement
from schemas.base64url import encode_base64url
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateAnswer, EvaluateRequest
from schemas.problem import ProblemCode, ProblemError
from tests.attack.attacker import collude, query_gateway, refusal_of
from tests.scene import Scene

PURPOSE = "P04"
BUDGET = 30


@pytest.fixture(scope="module")
def agreement(scene: Scene) -> Agreement:
    """An agreement with a budget that is soon used up."""
    plan = scene.plan(PURPOSE)
    requester, provider = scene.session(plan.requester), scene.session(plan.provider)
    made = agree(requester, provider, PURPOSE, plan.regions, evaluations_per_day=BUDGET)
    publish(provider, made, lambda *_: None)
    requester.client.refresh_registry()
    return made


def _used(scene: Scene, agreement: Agreement) -> tuple[int, int]:
    """Return how many evaluations are charged at the gateway and at the provider."""
    sql = "SELECT coalesce(sum(used), 0) FROM budget_use WHERE agreement = ? AND kind = 'evaluations'"
    ((at_gateway,),) = query_gateway(scene, sql, agreement.digest())
    with reading(scene.session(scene.plan(PURPOSE).provider).connector.state) as connection:
        rows = connection.execute(
            select(budget_use.c.used).where(
                budget_use.c.agreement == agreement.digest(), budget_use.c.kind == "evaluations"
            )
        )
        return int(str(at_gateway)), sum(rows.scalars())


def _evaluate(scene: Scene, query: QueryContext, elements: int) -> Prepared:
    session = scene.session(scene.plan(PURPOSE).requester)
    prepared = prepare_probe(session, query, elements)
    session.client.send(prepared, EvaluateAnswer, MAX_EVALUATE_BYTES, query.agreement)
    return prepared


def _logged(scene: Scene, request: Prepared) -> list[Event]:
    """Return the events of the log that name this request's envelope."""
    rows = query_gateway(scene, "SELECT entry FROM audit_leaf WHERE corr = ?", request.claims.id)
    events = [parse_leaf(entry).event for (entry,) in rows if isinstance(entry, bytes)]
    return [event for event in events if event.request is not None and event.request.digest == request.digest]


def test_each_evaluation_is_charged_twice_and_logged(scene: Scene, agreement: Agreement) -> None:
    before = _used(scene, agreement)
    prepared = _evaluate(scene, query_under(agreement), 5)
    assert _used(scene, agreement) == (before[0] + 5, before[1] + 5)
    (event,) = _logged(scene, prepared)
    assert (event.type, event.decision, event.records) == ("evaluate.query", "permit", 5)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda query: replace(query, region=OTHER_COUNTY), ProblemCode.REGION_NOT_AGREED),
        (lambda query: replace(query, approver=None), ProblemCode.APPROVAL_MISSING),
        (lambda query: replace(query, approver=query.officer), ProblemCode.APPROVAL_MISSING),
        (
            lambda query: replace(query, agreement=query.agreement.model_copy(update={"releases_per_day": 1})),
            ProblemCode.NO_AGREEMENT,
        ),
    ],
    ids=["region", "approver", "own approver", "agreement"],
)
def test_refused_guesses_cost_nothing_tell_nothing_and_are_logged(
    scene: Scene, agreement: Agreement, change: Callable[[QueryContext], QueryContext], code: ProblemCode
) -> None:
    session = scene.session(scene.plan(PURPOSE).requester)
    before, query = _used(scene, agreement), change(query_under(agreement))
    prepared = prepare_probe(session, query, 5)
    with pytest.raises(ProblemError) as refused:
        session.client.send(prepared, EvaluateAnswer, MAX_EVALUATE_BYTES, query.agreement)
    assert refused.value.code is code
    assert _used(scene, agreement) == before
    (event,) = _logged(scene, prepared)
    assert (event.decision, event.reason) == ("deny", code.value)
    assert _has_promise(session, prepared.digest)


def _has_promise(session: Session, envelope: str) -> bool:
    with reading(session.connector.state) as connection:
        return connection.scalar(select(promise.c.leaf).where(promise.c.envelope == envelope)) is not None


def test_no_address_evaluates_without_an_envelope(scene: Scene, agreement: Agreement) -> None:
    """Blinded elements to every address of both servers, without an envelope: nothing comes back but refusals."""
    provider = scene.session(scene.plan(PURPOSE).provider)
    random = provider.connector.random
    blinded = encode_base64url(b"".join(multiply_base(random_scalar(random)) for _ in range(2)))
    bodies = [EvaluateRequest(epoch=1, blinded=blinded).to_bytes(), json.dumps({"blinded": blinded}).encode()]
    service = ProviderService(provider.connector, provider.trust, open_register(provider.connector))
    rules = tuple(create_provider_app(service).url_map.iter_rules())
    endpoint = collude(scene, agreement).endpoint
    witness = {endpoint + rule.rule.replace("<int:shard>", "2026") for rule in rules if _is_witness(rule.rule)}
    at_provider = {endpoint + rule.rule for rule in rules if not _is_witness(rule.rule)}
    at_gateway = {scene.stage.gateway_url + found.path for group in CONVERSATIONS.values() for found in group}
    before = _used(scene, agreement)
    with httpx.Client(timeout=30) as http:
        for url in at_provider | at_gateway:
            answers = [http.post(url, content=body, headers={"Content-Type": "application/json"}) for body in bodies]
            assert {refusal_of(answer) for answer in answers} <= {
                ProblemCode.ENVELOPE_MISSING,
                ProblemCode.METHOD_NOT_ALLOWED,
                ProblemCode.TOO_LARGE,
            }
        # A witness speaks plain text, and has no problem document to give.
        assert witness
        assert {http.post(url, content=body).is_client_error for url in witness for body in bodies} == {True}
    assert _used(scene, agreement) == before


def _is_witness(path: str) -> bool:
    return path.startswith("/v1/witness/")


def test_the_provider_evaluates_only_what_the_gateway_has_promised_to_log(scene: Scene, agreement: Agreement) -> None:
    collusion, before = collude(scene, agreement), _used(scene, agreement)
    prepared = prepare_probe(collusion.requester, query_under(agreement))
    stranger = replace(collusion, key=collusion.requester.connector.signing_key())
    other = collusion.promise(prepare_probe(collusion.requester, query_under(agreement)))
    for promise_ in ("", "a.b.c", stranger.promise(prepared), other):
        assert refusal_of(collusion.relay(prepared, promise_)) is ProblemCode.RELAY_NOT_PROVEN
    assert _used(scene, agreement) == before


def test_a_stranger_is_not_evaluated_for(scene: Scene, agreement: Agreement) -> None:
    """Another member, and the provider's own desk, ask under an agreement in which they are no requester."""
    collusion, before = collude(scene, agreement), _used(scene, agreement)
    plan = scene.plan(PURPOSE)
    for agency in set(scene.stage.sessions) - {plan.requester}:
        prepared = prepare_probe(scene.session(agency), query_under(agreement))
        assert refusal_of(collusion.relay(prepared)) is ProblemCode.NOT_A_PARTY
    assert _used(scene, agreement) == before


def test_a_gateway_that_skips_its_budget_is_stopped_by_the_providers(scene: Scene, agreement: Agreement) -> None:
    """The last test of this agreement: it uses the day's budget up."""
    collusion = collude(scene, agreement)
    at_gateway, at_provider = _used(scene, agreement)
    left = BUDGET - at_provider
    assert collusion.relay(prepare_probe(collusion.requester, query_under(agreement), left - 1)).is_success
    too_many = collusion.relay(prepare_probe(collusion.requester, query_under(agreement), 2))
    assert refusal_of(too_many) is ProblemCode.BUDGET_EXHAUSTED
    assert collusion.relay(prepare_probe(collusion.requester, query_under(agreement), 1)).is_success
    assert _used(scene, agreement) == (at_gateway, BUDGET)
    one_more = collusion.relay(prepare_probe(collusion.requester, query_under(agreement), 1))
    assert refusal_of(one_more) is ProblemCode.BUDGET_EXHAUSTED
    with pytest.raises(ProblemError, match=r"budget_exhausted"):
        _evaluate(scene, query_under(agreement), 1)


def test_beyond_the_budget_the_gateway_refuses_by_itself(scene: Scene) -> None:
    plan = scene.plan(PURPOSE)
    requester, provider = scene.session(plan.requester), scene.session(plan.provider)
    made = agree(requester, provider, PURPOSE, plan.regions, evaluations_per_day=3)
    publish(provider, made, lambda *_: None)
    with pytest.raises(ProblemError, match=r"budget_exhausted"):
        _evaluate(scene, query_under(made), 4)
    assert _used(scene, made) == (0, 0)
    _evaluate(scene, query_under(made), 3)
    assert _used(scene, made) == (3, 3)


def test_elements_that_are_none_are_charged_too(scene: Scene) -> None:
    """Malformed elements do not buy free attempts: the provider charges before it computes."""
    agreement = scene.agreements[PURPOSE]
    collusion = collude(scene, agreement)
    before = _used(scene, agreement)
    request = EvaluateRequest(epoch=1, blinded=encode_base64url(b"\xff" * 32 + bytes(32) + os.urandom(31) + b"\xff"))
    query = query_under(agreement)
    prepared = collusion.requester.client.prepare(prepare_probe(collusion.requester, query).claims.type, request, query)
    assert refusal_of(collusion.relay(prepared)) is ProblemCode.MALFORMED
    assert _used(scene, agreement) == (before[0], before[1] + 3)
