"""What a party can tell from what it sees of the private OR: bytes it can't explain are only equal or not.

A random element is replaced by the number of its class, in the order of first sight; elements that differ by a small
multiple of the generator are in one class. Whatever the parties can work out has its name instead: hashes that they
can evaluate, elements of answers, small multiples of the generator. What opens with their keys is opened, and looked
through for elements that are small multiples of one another once an answer is taken off. So two views that are equal
here differ in uniformly random bytes alone, if the decisional Diffie-Hellman problem is hard; what only a broken
group would tell is left out.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final

from keys.crypto.ristretto255 import IDENTITY, Element, Scalar, add, is_valid_element, multiply_base, subtract
from keys.private_or.ciphertext import Ciphertext, remove_share
from keys.private_or.concealed_answer import answer_element
from schemas.parental_status import ParentalClass, StatusAnswer
from tests.attack.private_or_life import Hidden, Life, all_answers

STEPS: Final = 3
MULTIPLES: Final = [multiply_base(Scalar(number.to_bytes(32, "little"))) for number in range(1, STEPS + 1)]
SMALL: Final = 8


def small_multiples() -> dict[bytes, str]:
    scalars = [Scalar(number.to_bytes(32, "little")) for number in range(1, SMALL + 1)]
    positive = [multiply_base(scalar) for scalar in scalars]
    negative = [subtract(Element(IDENTITY), element) for element in positive]
    return {IDENTITY: "0 G"} | {
        element: f"{sign}{number} G"
        for sign, elements in (("", positive), ("-", negative))
        for number, element in enumerate(elements, 1)
    }


def around(element: Element) -> Iterable[tuple[Element, int]]:
    yield element, 0
    for step, multiple in enumerate(MULTIPLES, 1):
        yield add(element, multiple), step
        yield subtract(element, multiple), -step


ANSWERS: Final = {
    name.value: answer_element(StatusAnswer(name).to_bytes())
    for name in ParentalClass
    if name is not ParentalClass.INSUFFICIENT
}
PUBLIC_NAMES: Final = small_multiples() | {
    near: f"{answer.decode()} {step:+d} G" for answer in all_answers() for near, step in around(answer_element(answer))
}


def find_multiples(elements: Sequence[Element]) -> tuple[tuple[str, ...], ...]:
    """Return which of these, less an answer each, have a small multiple in common; of random elements none have."""
    found: dict[bytes, set[tuple[int, str]]] = defaultdict(set)
    for place, element in enumerate(elements):
        for name, answer in ANSWERS.items():
            multiple = difference = subtract(element, answer)
            for factor in range(1, SMALL + 1):
                found[multiple].add((place, f"{factor} {name}"))
                multiple = add(multiple, difference)
    related = (users for users in found.values() if len({place for place, _ in users}) > 1)
    return tuple(sorted(tuple(sorted(how for _, how in users)) for users in related))


class Workings:
    """What is worked out once for one life, whoever sees it: classes of elements, ciphertexts without a share."""

    def __init__(self, life: Life) -> None:
        self._secrets = life.secrets
        self._of: dict[bytes, tuple[bytes, int]] = {}
        self._without: dict[tuple[Ciphertext, str], Ciphertext] = {}

    def without(self, ciphertext: Ciphertext, holder: str) -> Ciphertext:
        """Return the ciphertext without the share of a holder."""
        found = self._without.get((ciphertext, holder))
        if found is None:
            found = self._without[ciphertext, holder] = remove_share(ciphertext, self._secrets[holder])
        return found

    def find_class(self, data: bytes) -> tuple[bytes, int]:
        """Return the first element of the class, and how many generators further this one is."""
        found = self._of.get(data)
        if found is None:
            found = self._of[data] = (data, 0)
            if is_valid_element(data):
                self._of |= {near: (data, step) for near, step in around(Element(data))}
        return found


class Eyes:
    """One party, or several that put together what they see and know."""

    def __init__(self, life: Life, workings: Workings, parties: frozenset[str]) -> None:
        self._seen = [one.content for one in life.seen if one.parties & parties]
        self._workings = workings
        self._holders = parties & life.secrets.keys()
        self._own_names: dict[bytes, str] = {}
        for party in parties:
            self._own_names |= life.names.get(party, {})
        self._numbers: dict[bytes, int] = {}
        self._opened = dict(self._find_opened())

    def view(self) -> tuple[Hashable, ...]:
        """Return all that these parties see, with what means nothing to them made equal."""
        return tuple(self._tell(content) for content in self._seen)

    def _find_opened(self) -> Iterator[tuple[Element, str]]:
        """Yield the nonce of every ciphertext that opens to something known, with what it is."""
        for hidden in self._seen:
            if isinstance(hidden, Hidden):
                for ciphertext in hidden.ciphertexts:
                    name = self._name(self._open(ciphertext, hidden.shares).masked)
                    if name is not None:
                        yield ciphertext.nonce, name

    def _tell(self, content: tuple[bytes, ...] | Hidden | int) -> Hashable:
        if isinstance(content, int):
            return content
        if isinstance(content, tuple):
            return tuple(map(self._tell_bytes, content))
        ciphertexts = list(content.ciphertexts)
        if ciphertexts == sorted(ciphertexts):
            # In the order of random bytes no place means anything: what opens comes first.
            ciphertexts.sort(key=lambda one: self._opened.get(one.nonce, "~"))
        opened = [self._open(one, content.shares) for one in ciphertexts]
        told = (tuple(map(self._tell_bytes, (*one, *two))) for one, two in zip(ciphertexts, opened, strict=True))
        if content.shares <= self._holders:
            return *told, find_multiples([one.masked for one in opened if self._name(one.masked) is None])
        return tuple(told)

    def _open(self, ciphertext: Ciphertext, shares: frozenset[str]) -> Ciphertext:
        for holder in sorted(shares & self._holders):
            ciphertext = self._workings.without(ciphertext, holder)
        return ciphertext

    def _name(self, data: bytes) -> str | None:
        return PUBLIC_NAMES.get(data) or self._own_names.get(data)

    def _tell_bytes(self, data: bytes) -> Hashable:
        name = self._name(data)
        if name is not None:
            return name
        first, step = self._workings.find_class(data)
        return self._numbers.setdefault(first, len(self._numbers)), step
