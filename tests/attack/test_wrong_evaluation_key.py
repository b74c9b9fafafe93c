"""A provider that evaluates under another key than it has stated is caught by the requester, whatever it proves."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx
import pytest

from connectors.cli.session import Session
from connectors.evaluation import get_evaluation_key
from connectors.gateway_client import AnswerError, GatewayClient
from connectors.provider.evaluate import unpack_elements
from connectors.requester.hashes import HashedRow, obtain_hashes
from connectors.requester.roster import RosterRow
from demo.scenario.desks import query_under
from keys.crypto.evaluation_key import EvaluationKeyPair, generate_key_pair
from keys.crypto.oprf_batch import BatchEvaluation, blind_evaluate_batch, evaluate_batch
from keys.protocol.evaluation_keys import evaluation_key_id
from schemas.agreement import Agreement
from schemas.base64url import encode_base64url
from schemas.linkage_keys import KeyType, LinkageKey
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateAnswer, EvaluateRequest
from tests.attack.attacker import Collusion, answer_as, collude
from tests.scene import Scene

PURPOSE = "P04"
SIZES = (1, 64, 65, 1_000)

Evaluate = Callable[[EvaluationKeyPair, list[bytes]], BatchEvaluation]


@dataclass(frozen=True)
class Provider:
    """A provider that plays false, with a gateway that helps it: everything is signed with the real keys."""

    collusion: Collusion
    session: Session
    evaluate: Evaluate
    states_other_key: bool = False

    @property
    def agreement(self) -> Agreement:
        return self.collusion.agreement

    @property
    def stated(self) -> EvaluationKeyPair:
        """The real key, which the agency has stated."""
        return get_evaluation_key(self.session.connector, self.agreement.digest(), 1)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Evaluate as it pleases, and sign what comes out."""
        blinded = unpack_elements(EvaluateRequest.from_bytes(request.read(), MAX_EVALUATE_BYTES).blinded)
        evaluation = self.evaluate(self.stated, blinded)
        key = generate_key_pair(os.urandom) if self.states_other_key else self.stated
        body = EvaluateAnswer(
            key_id=evaluation_key_id(key.public_key),
            evaluated=encode_base64url(b"".join(evaluation.evaluated_elements)),
            proof=encode_base64url(evaluation.proof),
        ).to_bytes()
        return answer_as(self.session.connector.signing_key(), self.collusion.key, request, body)


def _obtain(
    scene: Scene, rows: Sequence[RosterRow], evaluate: Evaluate, *, states_other_key: bool = False
) -> tuple[HashedRow, ...]:
    """Let the requester have linkage keys evaluated by a provider that evaluates with `evaluate`."""
    agreement, plan = scene.agreements[PURPOSE], scene.plan(PURPOSE)
    provider = Provider(collude(scene, agreement), scene.session(plan.provider), evaluate, states_other_key)
    requester = scene.session(plan.requester)
    with httpx.Client(transport=httpx.MockTransport(provider.answer)) as http:
        client = GatewayClient(requester.connector, requester.trust, http)
        query = query_under(agreement)
        return obtain_hashes(requester.connector, client, requester.trust, query, rows).rows


def _rows(size: int) -> list[RosterRow]:
    """Return rows that were never evaluated: what was would not be asked for again."""
    drawn = os.urandom(8).hex()
    return [RosterRow(number, (LinkageKey(KeyType.ID, f"{drawn}{number:04}"),), None) for number in range(size)]


def _honest(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    return blind_evaluate_batch(stated, blinded, os.urandom)


def _other_key(_stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    """Use another key throughout: the proof is a valid one, for that key."""
    return blind_evaluate_batch(generate_key_pair(os.urandom), blinded, os.urandom)


def _other_key_with_an_honest_proof(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    return BatchEvaluation(_other_key(stated, blinded).evaluated_elements, _honest(stated, blinded).proof)


def _other_key_under_the_stated_name(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    """Prove with a key pair whose public half is the stated one and whose private half is another."""
    forged = EvaluationKeyPair(generate_key_pair(os.urandom).private_key, stated.public_key)
    return blind_evaluate_batch(forged, blinded, os.urandom)


def _no_proof(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    return BatchEvaluation(_honest(stated, blinded).evaluated_elements, bytes(64))


def _elements_sent_back(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    return BatchEvaluation(blinded, _honest(stated, blinded).proof)


def _half_under_another_key(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    honest, other = _honest(stated, blinded), _other_key(stated, blinded)
    mixed = [*honest.evaluated_elements[::2], *other.evaluated_elements[1::2]]
    mixed[::2], mixed[1::2] = honest.evaluated_elements[::2], other.evaluated_elements[1::2]
    return BatchEvaluation(mixed, honest.proof)


def _first_under_another_key(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    honest, other = _honest(stated, blinded), _other_key(stated, blinded)
    return BatchEvaluation([other.evaluated_elements[0], *honest.evaluated_elements[1:]], honest.proof)


def _one_too_few(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    honest = _honest(stated, blinded)
    return BatchEvaluation(honest.evaluated_elements[:-1] or [bytes(32)], honest.proof)


def _one_too_many(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    honest = _honest(stated, blinded)
    return BatchEvaluation([*honest.evaluated_elements, honest.evaluated_elements[0]], honest.proof)


def _identity(stated: EvaluationKeyPair, blinded: list[bytes]) -> BatchEvaluation:
    return BatchEvaluation([bytes(32)] * len(blinded), _honest(stated, blinded).proof)


@pytest.mark.parametrize("size", SIZES)
def test_the_stated_key_is_believed(scene: Scene, size: int) -> None:
    """The positive control: from an honest provider come the outputs of the stated key."""
    rows = _rows(size)
    assert _outputs(_obtain(scene, rows, _honest)) == _expected(scene, rows)


def _outputs(rows: Sequence[HashedRow]) -> list[bytes]:
    return [output for row in rows for output in row.outputs[KeyType.ID]]


def _expected(scene: Scene, rows: Sequence[RosterRow]) -> list[bytes]:
    agreement, plan = scene.agreements[PURPOSE], scene.plan(PURPOSE)
    private_key = get_evaluation_key(scene.session(plan.provider).connector, agreement.digest(), 1).private_key
    return evaluate_batch(private_key, [key.oprf_input() for row in rows for key in row.keys])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "evaluate",
    [
        _other_key,
        _other_key_with_an_honest_proof,
        _other_key_under_the_stated_name,
        _no_proof,
        _elements_sent_back,
        _one_too_few,
        _one_too_many,
        _identity,
    ],
)
def test_another_key_for_the_whole_batch_is_always_caught(scene: Scene, size: int, evaluate: Evaluate) -> None:
    with pytest.raises(AnswerError) as caught:
        _obtain(scene, _rows(size), evaluate)
    assert caught.value.reason == "proof_not_verified"


@pytest.mark.parametrize("size", SIZES)
def test_a_valid_proof_for_a_key_that_was_not_stated_is_not_believed(scene: Scene, size: int) -> None:
    with pytest.raises(AnswerError) as caught:
        _obtain(scene, _rows(size), _other_key, states_other_key=True)
    assert caught.value.reason == "proof_not_verified"


@pytest.mark.parametrize("size", [2, 64, 65, 1_000])
def test_half_of_a_batch_under_another_key_is_caught(scene: Scene, size: int) -> None:
    """Above 64 elements a sample is proved: half of them escape it once in 2^64 times."""
    with pytest.raises(AnswerError, match="proof_not_verified"):
        _obtain(scene, _rows(size), _half_under_another_key)


@pytest.mark.parametrize("size", [1, 2, 64])
def test_a_single_element_of_a_small_batch_under_another_key_is_caught(scene: Scene, size: int) -> None:
    with pytest.raises(AnswerError, match="proof_not_verified"):
        _obtain(scene, _rows(size), _first_under_another_key)


def test_nothing_of_a_false_evaluation_is_kept_and_a_true_one_is(scene: Scene) -> None:
    """What is kept is never asked for again: a lie that was kept would be believed from then on."""
    rows = _rows(8)
    with pytest.raises(AnswerError, match="proof_not_verified"):
        _obtain(scene, rows, _half_under_another_key)
    assert _outputs(_obtain(scene, rows, _honest)) == _expected(scene, rows)
    assert _outputs(_obtain(scene, rows, _no_proof)) == _expected(scene, rows)
