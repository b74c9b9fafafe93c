"""The program of a process that evaluates linkage keys and does nothing else (`hash_apart`).

    python -m connectors.publisher.hashing_process

It reads the evaluation key, how many bytes of each output are wanted, and then batches of inputs from the standard
input, and writes the outputs, batch after batch, to the standard output. It ends with its input, so at the latest with
who started it, and says nothing. It imports little: it must start quickly.
"""

import signal
import sys
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise
from queue import SimpleQueue
from struct import Struct
from threading import Thread
from typing import BinaryIO, Final

from keys.crypto.ciphersuite import MAX_INPUT_BYTES
from keys.crypto.errors import InvalidInputError
from keys.crypto.oprf_batch import evaluate_batch
from keys.crypto.ristretto255 import SCALAR_BYTES, Scalar

_COUNT: Final = Struct("=I")
_LENGTH: Final = "H"


def pack_inputs(inputs: Sequence[bytes]) -> bytes:
    """Return a batch as the process reads it: how many, the length of each, and all of them end to end.

    Raises:
        InvalidInputError: one is too long.
    """
    lengths = list(map(len, inputs))
    if max(lengths, default=0) > MAX_INPUT_BYTES:
        raise InvalidInputError(f"an input has more than {MAX_INPUT_BYTES} bytes")
    return _COUNT.pack(len(inputs)) + array(_LENGTH, lengths).tobytes() + b"".join(inputs)


def read_inputs(requests: BinaryIO) -> list[bytes] | None:
    """Return the next batch, or None where there is no whole one."""
    head = requests.read(_COUNT.size)
    if len(head) < _COUNT.size:
        return None
    lengths = array(_LENGTH)
    packed = requests.read(_COUNT.unpack(head)[0] * lengths.itemsize)
    lengths.frombytes(packed[: len(packed) // lengths.itemsize * lengths.itemsize])
    body = requests.read(sum(lengths))
    if len(lengths) < _COUNT.unpack(head)[0] or len(body) < sum(lengths):
        return None
    return [body[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each batch until there are no more; the next ones are read meanwhile, so nobody waits to hand one in."""
    private_key = Scalar(requests.read(SCALAR_BYTES))
    wanted_bytes = ord(requests.read(1))
    batches: SimpleQueue[list[bytes] | None] = SimpleQueue()

    def read_ahead() -> None:
        while (batch := read_inputs(requests)) is not None:
            batches.put(batch)
        batches.put(None)

    Thread(target=read_ahead, daemon=True).start()
    while (batch := batches.get()) is not None:
        answers.write(b"".join(output[:wanted_bytes] for output in evaluate_batch(private_key, batch, workers=1)))
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it is interrupted, and ends it
    serve(sys.stdin.buffer, sys.stdout.buffer)
