"""Finds keys that an earlier record had too, so that each is evaluated once.

Of most key types nearly every record has one of its own. Those looked at here leave the given name out: in an index of
600,000 children half of them repeat, the more the fewer counties it covers.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from connectors.publisher.mix_entries import LEFT_OUT
from schemas.linkage_keys import KeyType
from schemas.messages.index import KEY_TYPE_CODES
from schemas.randomness import RandomSource

MOST_REMEMBERED: Final = 1_000_000
"""Keys that are known again later: about 130 bytes each."""

_UNUSUAL: Final = frozenset({KEY_TYPE_CODES[KeyType.R6_D_X], KEY_TYPE_CODES[KeyType.S1_D_R4], LEFT_OUT})
"""The marks of keys that repeat, and of those that are left out."""
_SECRET_BYTES: Final = 32
_DIGEST_BYTES: Final = 16


class RepeatedKeys:
    """Gives each key that is to be evaluated a place, from 0; knows keys by digests under a key of its own alone."""

    def __init__(self, random: RandomSource) -> None:
        self._secret = random(_SECRET_BYTES)
        self._known: dict[bytes, int] = {}
        self._next = 0

    def find_new(self, inputs: Sequence[bytes], marks: bytes) -> tuple[list[bytes], list[int]]:
        """Return those inputs of a record that are to be evaluated, and the place of each that is not left out."""
        new, places, following = [], [], self._next
        for key, mark in zip(inputs, marks, strict=True):
            if mark in _UNUSUAL:
                if mark == LEFT_OUT:
                    continue
                place = self._known_place(key, following)
                if place != following:
                    places.append(place)
                    continue
            places.append(following)
            new.append(key)
            following += 1
        self._next = following
        return new, places

    def _known_place(self, key: bytes, following: int) -> int:
        """Return where an equal key was put, or else `following`, which it has from now on."""
        digest = blake2b(key, key=self._secret, digest_size=_DIGEST_BYTES).digest()
        if len(self._known) < MOST_REMEMBERED:
            return self._known.setdefault(digest, following)
        return self._known.get(digest, following)
