"""The pairs by which this process blinds, kept by evaluation key and made ahead while it waits for answers."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from keys.crypto.pair_reserve import MAX_RESERVED_PAIRS, PairReserve
from schemas.randomness import RandomSource

MAX_BLINDING_KEYS: Final = 8
"""Under so many keys pairs are kept ready: at most five MiB."""

READY_PAIRS: Final = 512
"""So many are made ahead for the next question: those of a few dozen children."""


class BlindingReserves:
    """The reserves of one process, in memory alone; safe to share between threads."""

    def __init__(self, random: RandomSource, workers: int) -> None:
        self._random = random
        self._workers = workers
        self._lock = threading.Lock()
        self._by_key: OrderedDict[bytes, PairReserve] = OrderedDict()

    def under(self, public_key: bytes) -> PairReserve:
        """Return the reserve under an evaluation key; that of the key that was not used for longest is forgotten.

        The key must stand in a statement that its owner signed and that was verified.

        Raises:
            DeserializeError: the key is not an element.
        """
        with self._lock:
            if public_key not in self._by_key:
                self._by_key[public_key] = PairReserve(
                    public_key, self._random, capacity=MAX_RESERVED_PAIRS, workers=self._workers
                )
            self._by_key.move_to_end(public_key)
            if len(self._by_key) > MAX_BLINDING_KEYS:
                _, oldest = self._by_key.popitem(last=False)
                oldest.forget()
            return self._by_key[public_key]


@contextmanager
def made_ahead(pairs: PairReserve, elements_left: int) -> Iterator[None]:
    """Make pairs in a thread of their own for as long as the block waits for an answer.

    Args:
        elements_left: how many will be blinded next, as far as is known.
    """
    is_answered = threading.Event()
    making = threading.Thread(
        target=pairs.fill, args=(max(elements_left, READY_PAIRS), is_answered.is_set), daemon=True
    )
    making.start()
    try:
        yield
    finally:
        is_answered.set()
        making.join()
