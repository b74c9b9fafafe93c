"""Shares the work on a batch among all cores: libsodium works outside the interpreter's lock, so plain threads do."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

DEFAULT_WORKERS = os.cpu_count() or 1

_CHUNK_ELEMENTS = 128
"""Small, so that no core is left without work while another finishes its last chunk."""

_FEWEST_SHARED = 9
"""Starting threads takes longer than doing fewer than these."""

_Result = TypeVar("_Result")


def run_in_chunks(work: Callable[[int, int], _Result], count: int, workers: int) -> Iterator[_Result]:
    """Call `work` with start and end of each chunk of `count` elements, and yield its results in order."""
    size = min(_CHUNK_ELEMENTS, -(-count // workers))
    starts = range(0, count, size)
    ends = (min(start + size, count) for start in starts)
    if workers == 1 or count < _FEWEST_SHARED:
        yield from map(work, starts, ends)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, starts, ends)


def do_in_chunks(work: Callable[[int, int], None], count: int, workers: int) -> None:
    """Call `work` with start and end of each chunk of `count` elements; raises what it raises."""
    for _ in run_in_chunks(work, count, workers):
        pass
