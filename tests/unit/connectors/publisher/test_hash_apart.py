"""Hashing in processes of their own: the same bytes in the same order, no process left behind, none lost silently."""

import os
import signal
from collections.abc import Iterator
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.publisher import hash_apart
from connectors.publisher.hash_apart import BATCHES_AHEAD, FEW_BATCHES, HashingProcessError, hash_batches, hash_inputs
from connectors.publisher.hashing_process import pack_inputs, read_inputs, serve
from connectors.sources.errors import SourceError
from keys.crypto.errors import InvalidInputError
from keys.crypto.ristretto255 import Scalar

KEY = Scalar(bytes([3]) + bytes(31))
BATCHES = [[b"id\x1f%d.%d" % (batch, place) for place in range(1 + batch % 3)] for batch in range(25)]


def started() -> list[int]:
    """Return the processes that this one has started and that still run."""
    return [int(one) for one in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()]


def is_running(process: int) -> bool:
    status = Path(f"/proc/{process}/cmdline")
    return status.exists() and b"hashing_process" in status.read_bytes()


def running() -> list[int]:
    return [process for process in started() if is_running(process)]


@pytest.mark.parametrize(("batches", "workers"), [(0, 2), (FEW_BATCHES, 2), (25, 1), (FEW_BATCHES + 1, 2), (25, 3)])
def test_hashes_are_those_of_one_process_in_order(batches: int, workers: int) -> None:
    expected = [hash_inputs(KEY, batch, 1) for batch in BATCHES[:batches]]
    assert list(hash_batches(KEY, iter(BATCHES[:batches]), workers)) == expected
    assert running() == []


def test_few_batches_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hash_apart.subprocess, "Popen", None)
    assert len(list(hash_batches(KEY, iter(BATCHES[:FEW_BATCHES]), 2))) == FEW_BATCHES
    assert len(list(hash_batches(KEY, iter(BATCHES), 1))) == len(BATCHES)


def test_reading_goes_no_further_ahead_than_said() -> None:
    taken = 0

    def endless() -> Iterator[list[bytes]]:
        nonlocal taken
        for number in count():
            taken += 1
            yield [b"%d" % number]

    hashes = hash_batches(KEY, endless(), 2)
    next(hashes)
    assert taken == 2 * BATCHES_AHEAD
    hashes.close()
    assert running() == []


def test_processes_end_when_reading_fails() -> None:
    def failing() -> Iterator[list[bytes]]:
        yield from BATCHES
        raise SourceError("query_failed")

    with pytest.raises(SourceError):
        list(hash_batches(KEY, failing(), 2))
    assert running() == []


def test_a_lost_process_is_no_end() -> None:
    hashes = hash_batches(KEY, iter(BATCHES), 2)
    next(hashes)
    os.kill(running()[0], signal.SIGKILL)
    with pytest.raises(HashingProcessError):
        list(hashes)
    assert running() == []


def test_an_input_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        list(hash_batches(KEY, iter([*BATCHES, [bytes(2**16)]]), 2))


def test_processes_know_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold the passphrase of the key file."""
    monkeypatch.setenv("TONGXIN_PASSPHRASE", "kept")
    hashes = hash_batches(KEY, iter(BATCHES), 2)
    next(hashes)
    assert all(b"kept" not in Path(f"/proc/{process}/environ").read_bytes() for process in running())
    hashes.close()


@given(st.lists(st.binary(max_size=40), max_size=8), st.binary(max_size=9))
def test_a_batch_is_read_as_it_was_packed_and_never_in_part(inputs: list[bytes], more: bytes) -> None:
    packed = pack_inputs(inputs)
    assert read_inputs(BytesIO(packed + more)) == inputs
    assert all(read_inputs(BytesIO(packed[:end])) is None for end in range(len(packed)))


def test_serving_ends_with_its_input() -> None:
    answers = BytesIO()
    cut_off = pack_inputs(BATCHES[2])[:-1]
    serve(BytesIO(KEY + bytes([16]) + pack_inputs(BATCHES[0]) + pack_inputs(BATCHES[1]) + cut_off), answers)
    assert answers.getvalue() == hash_inputs(KEY, BATCHES[0], 1) + hash_inputs(KEY, BATCHES[1], 1)
