"""A hostile gateway and a hostile requester, with all their keys, get nothing outside the active agreements.

10,000 random attempts against a real provider's HTTP interface, in process, and some hundreds over HTTP. What comes
back is opened with the requester's own keys and held against the agreements as both agencies signed them.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from flask.testing import FlaskClient

from connectors.api.provider_api import ProviderService, create_provider_app
from connectors.gateway_client import PATHS
from connectors.register import open_register
from demo.province import Agency
from demo.scenario.cast import COUNTY, PROVINCE
from demo.scenario.desks import agree, publish
from keys.protocol.possession import index_hash_of
from schemas.agreement import Agreement
from schemas.envelope import MessageType
from schemas.messages.exchange import Refusal, SealedAnswers
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode
from tests.attack.attacker import Collusion, evaluate_rows, gateway_key, handles_of, read_index, roster_rows
from tests.attack.random_attempts import FAULTS, Attempt, Way, attempt_with, draw
from tests.scene import Scene

PATH = PATHS[MessageType.EXCHANGE]
ATTEMPTS = 10_000
REPEATED = 4
"""Every fourth attempt is the one before it once more, byte by byte."""

OVER_HTTP = 300
EVALUATED = 12
SECONDS_TO_LIVE = 15


BUDGETS = {ProblemCode.BUDGET_EXHAUSTED, ProblemCode.OFFICER_BUDGET_EXHAUSTED}
"""Why even what the agreements allow is refused at last."""

REFUSALS = {
    "no_agreement", "not_a_party", "agreement_not_active", "purpose_differs", "officer_missing",
    "approval_missing", "case_number_missing", "region_missing", "region_not_agreed", "attribute_not_agreed",
    "attribute_never_released", "wrong_audience", "wrong_message_type", "envelope_expired", "body_digest_differs",
    "unknown_key", "relay_not_proven", "grant_invalid", "grant_expired", "grant_exceeded", "malformed",
    Refusal.POSSESSION_NOT_PROVEN, Refusal.NO_LONGER_HELD,
}  # fmt: skip
"""Why attempts must have been refused, so that each of the provider's checks was met; others may occur."""


def _way(scene: Scene, name: str, agreement: Agreement, purpose: str, *, is_open: bool = True) -> Way:
    """Publish the agreement's index and have a few children of the requester's roster evaluated, as anybody may."""
    plan, provider = scene.plan(purpose), scene.session(Agency.PUBLIC_SECURITY)
    requester = scene.session(plan.requester)
    publish(provider, agreement, lambda *_: None)
    requester.client.refresh_registry()
    desk = scene.stage.desks[Agency.PUBLIC_SECURITY]
    collusion = Collusion(requester, agreement, desk.endpoint, gateway_key(scene))
    index = read_index(scene, agreement)
    rows = evaluate_rows(requester, agreement, roster_rows(scene, plan, agreement)[:30]).rows
    found = {handle: row for row in rows for handle in handles_of(index, row) if len(handles_of(index, row)) == 1}
    evaluated = dict(list(found.items())[:EVALUATED])
    hashes = {index_hash_of(output) for row in rows for outputs in row.outputs.values() for output in outputs}
    known = {row.handle for row in index if row.index_hash in hashes}
    return Way(name, collusion, evaluated, tuple(sorted({row.handle for row in index} - known))[:50], is_open)


@pytest.fixture(scope="module")
def ways(scene: Scene) -> list[Way]:
    """Agreements in every state, two of them narrower than the first."""
    police = scene.session(Agency.PUBLIC_SECURITY)
    affairs, education = scene.session(Agency.CIVIL_AFFAIRS), scene.session(Agency.EDUCATION)

    def concluded(
        name: str, *, is_open: bool = False, regions: tuple[str, ...] = (PROVINCE,), **terms: int | tuple[str, ...]
    ) -> Way:
        agreement = agree(affairs, police, "P14", regions, **terms)  # type: ignore[arg-type]
        return _way(scene, name, agreement, "P14", is_open=is_open)

    expired = concluded("expired", valid_seconds=SECONDS_TO_LIVE)
    active = concluded("active", is_open=True)
    narrow = concluded("narrow", is_open=True, regions=("9901",), attributes=("life_status",))
    other = _way(scene, "other purpose", agree(education, police, "P01", (COUNTY,)), "P01")
    other = Way(other.name, other.collusion, other.evaluated, other.others)
    suspended, ended = concluded("suspended"), concluded("ended")
    police.office.suspend(suspended.collusion.agreement.digest())
    police.office.revoke(ended.collusion.agreement.digest())
    unsigned = active.collusion.agreement.model_copy(update={"id": "00000000-0000-4000-8000-000000000000"})
    never = Collusion(affairs, unsigned, active.collusion.endpoint, active.collusion.key)
    time.sleep(max(0, expired.collusion.agreement.valid_until + 1 - time.time()))
    return [
        active,
        narrow,
        other,
        suspended,
        ended,
        expired,
        Way("never signed", never, active.evaluated, active.others, False),
    ]


@dataclass
class Results:
    """What came of all attempts."""

    refused: Counter[str]
    released: Counter[str]

    def require_sound(self, attempt: Attempt, response: httpx.Response) -> None:
        """Count an answer, and check that whatever it releases lies within an active agreement."""
        if not response.is_success:
            problem = Problem.from_bytes(response.content, MAX_PROBLEM_BYTES)
            assert problem.code is not ProblemCode.INTERNAL, attempt.faults
            is_honest = not attempt.faults and attempt.way.is_open
            assert not is_honest or problem.code in BUDGETS, problem.code
            self.refused[problem.code] += 1
            return
        self._check_answers(attempt, attempt.way.collusion.open(attempt.prepared, response))

    def _check_answers(self, attempt: Attempt, answers: SealedAnswers) -> None:
        agreed = set(attempt.way.collusion.agreement.attributes)
        for handle, answer in zip(attempt.handles, answers.answers, strict=True):
            if answer.refused is not None:
                self.refused[answer.refused] += 1
                assert not answer.values
            else:
                self.released[attempt.way.name] += 1
                assert attempt.may_release, attempt.faults
                assert handle in attempt.proven, attempt.faults
                assert set(answer.values) == set(attempt.attributes) <= agreed


@contextmanager
def provider(scene: Scene) -> Iterator[FlaskClient]:
    """Open the police's HTTP interface within this process, over the same data and state as its server."""
    session = scene.session(Agency.PUBLIC_SECURITY)
    service = ProviderService(session.connector, session.trust, open_register(session.connector))
    with create_provider_app(service).test_client() as client:
        yield client


def send(client: FlaskClient, attempt: Attempt) -> httpx.Response:
    """Hand an attempt to the interface."""
    answered = client.post(PATH, data=attempt.prepared.body, headers=attempt.headers, content_type="application/json")
    return httpx.Response(answered.status_code, headers=dict(answered.headers), content=answered.data)


def test_ten_thousand_attempts_release_nothing_outside_the_active_agreements(scene: Scene, ways: list[Way]) -> None:
    dice = random.Random(20_260_301)
    results = Results(Counter(), Counter())
    with provider(scene) as client:
        seconds = scene.session(Agency.PUBLIC_SECURITY).connector.seconds
        attempt = draw(dice, ways, seconds())
        for number in range(ATTEMPTS):
            is_again = number % REPEATED == REPEATED - 1
            attempt = attempt if is_again else draw(dice, ways, seconds())
            response = send(client, attempt)
            if is_again:
                assert not response.is_success, attempt.faults
            else:
                results.require_sound(attempt, response)
    assert set(results.released) == {"active", "narrow", "other purpose"}
    assert min(results.released.values()) > 100
    assert set(results.refused) >= REFUSALS


def test_some_hundreds_over_http(scene: Scene, ways: list[Way]) -> None:
    dice = random.Random(7)
    results = Results(Counter(), Counter())
    with httpx.Client(base_url=scene.stage.desks[Agency.PUBLIC_SECURITY].endpoint, timeout=60) as client:
        for _ in range(OVER_HTTP):
            attempt = draw(dice, ways, scene.session(Agency.PUBLIC_SECURITY).connector.seconds())
            headers = {"Content-Type": "application/json", **attempt.headers}
            results.require_sound(attempt, client.post(PATH, content=attempt.prepared.body, headers=headers))
    assert results.released.total() > 10
    assert results.refused.total() > 100


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_alone_keeps_something_from_being_released(ways: list[Way], name: str) -> None:
    """The draw itself: a fault that were none would weaken the test above."""
    dice = random.Random(1)
    for way in [way for way in ways if way.is_open] * 6:
        attempt = attempt_with((name,), dice, way, ways, 1_800_000_000)
        if not (attempt.may_release and attempt.proven == set(attempt.handles)):
            return
    assert name == "fewer_attributes"


def test_without_a_fault_all_may_be_released_where_the_agreement_is_active(ways: list[Way]) -> None:
    for way in ways:
        attempt = attempt_with((), random.Random(1), way, ways, 1_800_000_000)
        assert attempt.may_release is way.is_open
        assert attempt.proven == set(attempt.handles)
