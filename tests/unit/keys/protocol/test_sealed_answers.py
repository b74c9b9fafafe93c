"""Sealed answers show their number and nothing else: not even by their length."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_scalarmult_base

from keys.crypto.errors import OpenError
from keys.protocol.sealed_answers import AnswersTooLongError, open_answers, padded_bytes, seal_answers
from keys.protocol.sealed_for import answers_binding
from schemas.formats import digest_of
from schemas.messages.exchange import Answer, Refusal, SealedAnswers

ATTRIBUTES = ("care_subsidy_eligible", "cert_valid_until")
SECRET = os.urandom(32)
PUBLIC = crypto_scalarmult_base(SECRET)
BINDING = answers_binding(digest_of(b"agreement"), digest_of(b"request"), "civil_affairs.990101")

answer = st.one_of(
    st.builds(lambda refused: Answer(refused=refused), st.sampled_from(Refusal)),
    st.builds(
        lambda eligible, until: Answer(values=dict(zip(ATTRIBUTES, (eligible, until), strict=True))),
        st.booleans() | st.none(),
        st.sampled_from(["2031-11", "1999-01", None]),
    ),
)


def sealed_answers(*answers: Answer) -> SealedAnswers:
    return SealedAnswers(as_of="2026-03", answers=answers, expires_on="2026-06-03")


@given(st.lists(answer, min_size=1, max_size=5))
def test_what_is_sealed_opens_and_its_length_tells_nothing(answers: list[Answer]) -> None:
    message = sealed_answers(*answers)
    sealed = seal_answers(message, ATTRIBUTES, PUBLIC, BINDING, os.urandom)
    assert open_answers(sealed, ATTRIBUTES, len(answers), SECRET, BINDING) == message
    empty = seal_answers(sealed_answers(*[Answer()] * len(answers)), ATTRIBUTES, PUBLIC, BINDING, os.urandom)
    assert len(sealed) == len(empty)


def test_the_longest_answers_fit() -> None:
    longest = Answer(values=dict.fromkeys(ATTRIBUTES, "x" * 60))
    assert len(sealed_answers(*[longest] * 1000).to_bytes()) < padded_bytes(ATTRIBUTES, 1000)


def test_answers_beyond_the_size_are_not_sealed() -> None:
    long = sealed_answers(Answer(values={ATTRIBUTES[0]: "x" * 1000}))
    with pytest.raises(AnswersTooLongError):
        seal_answers(long, ATTRIBUTES[:1], PUBLIC, BINDING, os.urandom)


@pytest.mark.parametrize(("attributes", "handles"), [(ATTRIBUTES[:1], 1), (ATTRIBUTES, 2)])
def test_answers_to_another_question_do_not_open(attributes: tuple[str, ...], handles: int) -> None:
    sealed = seal_answers(sealed_answers(Answer()), ATTRIBUTES, PUBLIC, BINDING, os.urandom)
    with pytest.raises(OpenError):
        open_answers(sealed, attributes, handles, SECRET, BINDING)


def test_answers_for_another_request_do_not_open() -> None:
    other = answers_binding(digest_of(b"agreement"), digest_of(b"another"), "civil_affairs.990101")
    sealed = seal_answers(sealed_answers(Answer()), ATTRIBUTES, PUBLIC, BINDING, os.urandom)
    with pytest.raises(OpenError):
        open_answers(sealed, ATTRIBUTES, 1, SECRET, other)
