"""The answer about one child: the gateway makes it without learning it, the requester learns it and nothing else.

With s = status of the father + 3 times that of the mother, which is hidden, the gateway makes for each of the nine
values v

    refresh(r (s - v) + A(v))    r random, A(v) the element of the answer that belongs to v

One of the nine holds its answer's element. The other eight hold random elements. They stand in the order of their
bytes, which is random too. So what the requester sees follows from the answer alone: anybody who knows the answer can
draw nine ciphertexts of exactly the same distribution.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from keys.crypto.ciphersuite import message_expander, random_scalar
from keys.crypto.errors import DeserializeError, InvalidInputError
from keys.crypto.ristretto255 import IDENTITY, Element, Scalar, element_from_uniform, multiply_base
from keys.private_or.ciphertext import (
    CIPHERTEXT_BYTES,
    Ciphertext,
    minus_plain,
    plus,
    plus_plain,
    refresh,
    remove_share,
    times,
)
from keys.private_or.errors import RevealError
from keys.private_or.marks import NO_MARKS, RowMarks
from schemas.randomness import RandomSource

ConcealedAnswer = tuple[Ciphertext, ...]

PAIRS_OF_STATUS: Final = 9
CONCEALED_BYTES: Final = PAIRS_OF_STATUS * CIPHERTEXT_BYTES

_ANSWER_TAG: Final = b"tongxin/private-or/answer/v1"


def conceal_answer(
    father: RowMarks | None,
    mother: RowMarks | None,
    answers: Sequence[bytes],
    sealing_key: Element,
    random: RandomSource,
) -> ConcealedAnswer:
    """Return nine ciphertexts, one of which holds the answer that belongs to what is marked.

    Args:
        father: the marks on his row; None if nobody could name him.
        mother: likewise.
        answers: nine texts; that for the statuses f and m stands at place f + 3 m.
        sealing_key: from `opening_share.join_shares`.
        random: source of randomness.

    Raises:
        InvalidInputError: not nine answers, or one row stands for both parents.
        DeserializeError: the sealing key or a mark is not an element.
    """
    if len(answers) != PAIRS_OF_STATUS:
        raise InvalidInputError(f"{PAIRS_OF_STATUS} answers are needed, not {len(answers)}")
    if father is not None and father == mother:
        raise InvalidInputError("the parents are two rows: one row for both would ask about a single person")
    of_mother = (mother or NO_MARKS).status()
    weighted = plus(plus(of_mother, of_mother), of_mother)
    statuses = refresh(plus((father or NO_MARKS).status(), weighted), sealing_key, random)
    concealed = [
        _conceal(minus_plain(statuses, value), answer, sealing_key, random)
        for value, answer in zip(_values(), answers, strict=True)
    ]
    return tuple(sorted(concealed))


def remove_keepers_share(concealed: ConcealedAnswer, secret: Scalar) -> ConcealedAnswer:
    """Return the answer as only the other holder of a share can still open it.

    Raises:
        DeserializeError: a ciphertext is not refreshed.
    """
    return tuple(remove_share(ciphertext, secret) for ciphertext in concealed)


def reveal_answer(concealed: ConcealedAnswer, secret: Scalar, possible: Iterable[bytes]) -> bytes:
    """Return the answer, which is one of the possible ones; the secret is the last share.

    Raises:
        RevealError: it holds none of them, or several.
        DeserializeError: a ciphertext is not refreshed.
    """
    known = {answer_element(answer): answer for answer in possible}
    opened = [remove_share(ciphertext, secret).masked for ciphertext in concealed]
    found = [known[element] for element in opened if element in known]
    if len(found) != 1:
        raise RevealError("not exactly one of the nine ciphertexts holds an answer")
    return found[0]


def encode_concealed(concealed: ConcealedAnswer) -> bytes:
    """Return the 576 bytes of a concealed answer."""
    return b"".join(ciphertext.to_bytes() for ciphertext in concealed)


def decode_concealed(data: bytes) -> ConcealedAnswer:
    """Return the concealed answer in 576 bytes.

    Raises:
        DeserializeError: wrong length, not elements, or not in the order of their bytes.
    """
    if len(data) != CONCEALED_BYTES:
        raise DeserializeError(f"a concealed answer has {CONCEALED_BYTES} bytes, not {len(data)}")
    starts = range(0, CONCEALED_BYTES, CIPHERTEXT_BYTES)
    concealed = tuple(Ciphertext.from_bytes(data[start : start + CIPHERTEXT_BYTES]) for start in starts)
    if list(concealed) != sorted(concealed):
        raise DeserializeError("the ciphertexts are not in the order of their bytes")
    return concealed


@cache
def answer_element(answer: bytes) -> Element:
    """Return the element that stands for an answer (hash_to_ristretto255, RFC 9380 appendix B)."""
    return element_from_uniform(message_expander(_ANSWER_TAG)(answer))


def _conceal(difference: Ciphertext, answer: bytes, sealing_key: Element, random: RandomSource) -> Ciphertext:
    blinded = times(random_scalar(random), difference)
    # Refreshed once more: nonces that are multiples of one another would tie the nine together.
    return refresh(plus_plain(blinded, answer_element(answer)), sealing_key, random)


@cache
def _values() -> tuple[Element, ...]:
    scalars = (Scalar(value.to_bytes(32, "little")) for value in range(1, PAIRS_OF_STATUS))
    return (Element(IDENTITY), *map(multiply_base, scalars))
