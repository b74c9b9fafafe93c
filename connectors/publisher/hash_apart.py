"""Hashes batches of linkage keys in processes of their own, one a core, while this one reads the records that follow.

In threads of one process each of libsodium's calls, a tenth of a millisecond, would wait for the interpreter again,
which reading the register keeps busy. The keys pass through pipes, in memory, to processes that hold nothing else, and
never elsewhere.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import chain, cycle, islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from connectors.publisher.hashing_process import pack_inputs
from keys.crypto.oprf_batch import evaluate_batch
from keys.crypto.ristretto255 import Scalar
from keys.protocol.possession import index_hash_of
from schemas.formats import INDEX_HASH_BYTES

FEW_BATCHES: Final = 4
"""So many and fewer take less time than starting processes that share them."""

BATCHES_AHEAD: Final = 4
"""Batches that each process may have before it: it never waits for the next one."""

_PROGRAM: Final = "connectors.publisher.hashing_process"
_ROOT: Final = Path(__file__).parents[2]
_PASSED_ON: Final = ("LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR")
"""Of the environment only what the interpreter and libsodium may need: it can hold the passphrase."""


class HashingProcessError(RuntimeError):
    """A process that hashes ended before its work was done, for want of memory for instance."""

    def __init__(self) -> None:
        super().__init__("计算进程意外结束 / a process that calculates ended early")


def hash_batches(private_key: Scalar, batches: Iterator[Sequence[bytes]], workers: int) -> Iterator[bytes]:
    """Yield the index hashes of each batch, one after the other, in the order of the batches.

    A few batches are hashed here: starting processes would take as long.

    Raises:
        InvalidInputError: an input is too long.
        HashingProcessError: a process was lost.
    """
    first = list(islice(batches, FEW_BATCHES + 1))
    everything = chain(first, batches)
    if len(first) <= FEW_BATCHES or workers == 1:
        yield from (hash_inputs(private_key, batch, workers) for batch in everything)
        return
    with ExitStack() as stack:
        processes = [stack.enter_context(_HashingProcess(private_key)) for _ in range(workers)]
        yield from _by_turns(processes, everything)


def hash_inputs(private_key: Scalar, inputs: Sequence[bytes], workers: int) -> bytes:
    """Return the index hashes of inputs of the VOPRF, one after the other; raises InvalidInputError."""
    return b"".join(map(index_hash_of, evaluate_batch(private_key, inputs, workers=workers)))


def _by_turns(processes: "Sequence[_HashingProcess]", batches: Iterator[Sequence[bytes]]) -> Iterator[bytes]:
    """Hand the batches out in turn, so that they come back in turn."""
    waiting = 0
    answering, working = cycle(processes), cycle(processes)
    for batch in batches:
        next(working).hand_in(batch)
        waiting += 1
        if waiting == BATCHES_AHEAD * len(processes):
            yield next(answering).take_out()
            waiting -= 1
    for _ in range(waiting):
        yield next(answering).take_out()


class _HashingProcess:
    """One such process; ended on leaving, whatever it still had to do."""

    def __init__(self, private_key: Scalar) -> None:
        self._counts: deque[int] = deque()
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with a module of our own
            [sys.executable, "-m", _PROGRAM],
            cwd=_ROOT,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._send(private_key + bytes([INDEX_HASH_BYTES]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        # What was not read any more can't be written either.
        with suppress(BrokenPipeError), self._process:
            pass

    def hand_in(self, batch: Sequence[bytes]) -> None:
        """Hand in a batch to be hashed."""
        self._send(pack_inputs(batch))
        self._counts.append(len(batch))

    def take_out(self) -> bytes:
        """Return the hashes of the oldest batch that was handed in, once they are there."""
        size = self._counts.popleft() * INDEX_HASH_BYTES
        hashes = b"" if self._process.stdout is None else self._process.stdout.read(size)
        if len(hashes) < size:
            raise HashingProcessError
        return hashes

    def _send(self, packed: bytes) -> None:
        try:
            if self._process.stdin is not None:
                self._process.stdin.write(packed)
                self._process.stdin.flush()
        except BrokenPipeError:
            raise HashingProcessError from None
