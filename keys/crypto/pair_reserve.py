"""Pairs for additive blinding under one evaluation key: r*G hides an element, r*pk takes r out of the answer again.

A pair is good for one identifier. Two elements that were blinded with one pair differ by what their identifiers
differ by, so whoever carries them could tell that a child is asked for again. That is why pairs leave a reserve only
by being moved out of it, why a reserve can't be copied or pickled, why a process that was forked off begins without
pairs, and why they lie nowhere but in memory. `docs/explanation/decisions/0032-additive-blinding.md` has the argument.
"""

import os
import threading
from collections.abc import Callable
from typing import NoReturn
from weakref import WeakSet

from keys.crypto.batch_threads import DEFAULT_WORKERS, do_in_chunks
from keys.crypto.ciphersuite import random_scalar
from keys.crypto.element_buffer import ElementBuffer
from keys.crypto.errors import InvalidInputError
from keys.crypto.ristretto255 import decode_element
from schemas.randomness import RandomSource

MAX_RESERVED_PAIRS = 10_000
"""How many pairs are kept ready under one key: a whole batch, 64 bytes each."""

_PAIRS_A_STEP = 32
"""Between so many pairs made ahead it is looked whether to go on: about two milliseconds of work."""


class TakenPairs:
    """Pairs that were moved out of a reserve, for as many identifiers; whoever has used a half wipes it."""

    __slots__ = ("base_multiples", "key_multiples")

    def __init__(self, count: int) -> None:
        self.base_multiples = ElementBuffer(count)
        self.key_multiples = ElementBuffer(count)

    def take_over(self, place: int, source: "TakenPairs", start: int, count: int) -> None:
        """Move `count` pairs of `source` from `start` on to `place`, and wipe them where they were."""
        self.base_multiples.take_over(place, source.base_multiples, start, count)
        self.key_multiples.take_over(place, source.key_multiples, start, count)

    def wipe(self) -> None:
        """Overwrite both halves of all pairs."""
        self.base_multiples.wipe()
        self.key_multiples.wipe()


class PairReserve:
    """Pairs under one public key, made ahead in idle time (`fill`) and on the spot where none are left (`take`).

    Safe to share between threads.

    Attributes:
        public_key: 32 bytes, which the key's owner must have signed: with a key of somebody else's choice the outputs
            of different identifiers depend on one another, and a batch's proof says nothing.
    """

    def __init__(
        self, public_key: bytes, random: RandomSource, *, capacity: int = 0, workers: int = DEFAULT_WORKERS
    ) -> None:
        """Begin without pairs; at most `capacity` are kept ready.

        Raises:
            DeserializeError: the public key is not an element.
            InvalidInputError: the capacity is above `MAX_RESERVED_PAIRS`.
        """
        if not 0 <= capacity <= MAX_RESERVED_PAIRS:
            raise InvalidInputError(f"a reserve holds at most {MAX_RESERVED_PAIRS} pairs, not {capacity}")
        self.public_key = decode_element(public_key)
        self._random = random
        self._workers = workers
        self._lock = threading.Lock()
        self._capacity = capacity
        self._ready = TakenPairs(capacity)
        self._count = 0
        _RESERVES.add(self)

    @property
    def ready(self) -> int:
        """How many pairs are ready."""
        return self._count

    def fill(self, count: int, stop: Callable[[], bool] = lambda: False) -> None:
        """Make pairs ahead until `count` are ready, at most as many as there is room for, or until `stop` says so."""
        wanted = min(count, self._capacity)
        while self._count < wanted and not stop():
            made = self._make(min(_PAIRS_A_STEP, wanted - self._count), workers=1)
            with self._lock:
                kept = min(made.base_multiples.count, self._capacity - self._count)
                self._ready.take_over(self._count, made, 0, kept)
                self._count += kept
            made.wipe()

    def take(self, count: int) -> TakenPairs:
        """Move `count` pairs out, those that are ready first; none is ever handed out again."""
        taken = TakenPairs(count)
        with self._lock:
            ready = min(count, self._count)
            self._count -= ready
            taken.take_over(0, self._ready, self._count, ready)
        if ready < count:
            taken.take_over(ready, self._make(count - ready, self._workers), 0, count - ready)
        return taken

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be copied or pickled: each pair would be there twice."""
        raise TypeError("a reserve of pairs can't be copied: a pair that is used twice links two identifiers")

    def forget(self) -> None:
        """Wipe all pairs that are ready."""
        with self._lock:
            self._ready.wipe()
            self._count = 0

    def _make(self, count: int, workers: int) -> TakenPairs:
        made = TakenPairs(count)
        # Drawn here and not in the threads, so that a source need not be safe to share.
        scalars = [random_scalar(self._random) for _ in range(count)]

        def make(start: int, end: int) -> None:
            made.base_multiples.set_base_multiples(start, scalars[start:end])
            made.key_multiples.set_multiples(self.public_key, start, scalars[start:end])

        do_in_chunks(make, count, workers)
        return made

    def begin_in_child(self) -> None:
        """Forget all pairs in a process that was forked off; the thread that held the lock has not come along."""
        self._lock = threading.Lock()
        self.forget()


_RESERVES: WeakSet[PairReserve] = WeakSet()


def _begin_in_child() -> None:
    for reserve in list(_RESERVES):
        reserve.begin_in_child()


os.register_at_fork(after_in_child=_begin_in_child)
