"""A requester blinds under keys that their owner has signed, with pairs that lie nowhere but in memory."""

from dataclasses import replace

import pytest

from connectors.blinding import READY_PAIRS
from keys.crypto.ristretto255 import Element
from schemas.base64url import decode_base64url
from schemas.messages.evaluate import EvaluateRequest
from schemas.problem import ProblemCode, ProblemError
from tests.unit.connectors.requester.asking_offices import Office, child, write_roster


def ask(office: Office, *numbers: int, question: int = 0) -> None:
    """Ask about these children."""
    roster = write_roster(office.folder, [child(number) for number in numbers], f"roster{question}")
    office.questioner.ask(office.question(roster, question), lambda *_: None)


def blinded_of(office: Office) -> list[bytes]:
    packed = [message.blinded for _, message, _ in office.gateway.received if isinstance(message, EvaluateRequest)]
    elements = [decode_base64url(text) for text in packed]
    return [data[start : start + 32] for data in elements for start in range(0, len(data), 32)]


def public_key(office: Office) -> bytes:
    return office.gateway.epochs[1].public_key


def test_no_two_elements_of_any_questions_are_alike(office: Office) -> None:
    ask(office, 1, 2, question=0)
    office.connector.blinding.under(public_key(office)).fill(READY_PAIRS)
    ask(office, 3, 4, question=1)
    blinded = blinded_of(office)
    assert len(blinded) == len(set(blinded)) > 4


def test_pairs_are_ready_for_the_next_question_and_on_no_disk(office: Office) -> None:
    ask(office, 1)
    pairs = office.connector.blinding.under(public_key(office))
    pairs.fill(READY_PAIRS)
    kept = pairs._ready.base_multiples.elements(0, READY_PAIRS) + pairs._ready.key_multiples.elements(0, READY_PAIRS)
    ask(office, 2, question=1)
    assert pairs.ready > 0
    for path in office.folder.rglob("*"):
        written = path.read_bytes() if path.is_file() else b""
        assert not any(element in written for element in kept)


def test_a_key_that_its_owner_has_not_signed_blinds_nothing(office: Office) -> None:
    gateway = office.gateway
    owner, gateway.provider_key = gateway.provider_key, gateway.gateway_key
    gateway.add_epoch(2)
    gateway.provider_key = owner
    office.trust.accept(gateway.registry(version=2), office.connector.now())
    ask(office, 1)
    assert {message.epoch for _, message, _ in gateway.received if isinstance(message, EvaluateRequest)} == {1}
    assert set(office.connector.blinding._by_key) == {public_key(office)}


def test_a_stated_key_that_is_no_element_blinds_nothing(office: Office) -> None:
    gateway = office.gateway
    gateway.epochs[2] = replace(gateway.epochs[1], public_key=Element(bytes(32)))
    gateway._state_epoch(2)
    gateway.end_epoch(1)
    gateway.indexed.add(2)
    office.trust.accept(gateway.registry(version=2), office.connector.now())
    with pytest.raises(ProblemError) as refused:
        ask(office, 1)
    assert refused.value.code is ProblemCode.UNKNOWN_KEY
    assert blinded_of(office) == []
