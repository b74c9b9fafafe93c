"""How much memory and how many descriptors a process group holds over time, and whether they grow."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.machine import children_of, resident_memory_mb

MAX_GROWTH_MB = 24.0
MAX_MORE_DESCRIPTORS = 12


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a group held at one moment: MiB resident and open descriptors."""

    memory_mb: float
    descriptors: int


def take_footprint(process_id: int) -> Footprint:
    """Look at a process and its children."""
    group = [process_id, *children_of(process_id)]
    return Footprint(sum(map(resident_memory_mb, group)), sum(map(_descriptors, group)))


def middle_and_end(taken: Sequence[Footprint]) -> tuple[Footprint, Footprint]:
    """Return the medians of the third quarter of the time and of the last one; caches have filled before that."""
    quarter = len(taken) // 4
    return _median(taken[2 * quarter : 3 * quarter]), _median(taken[3 * quarter :])


def is_flat(taken: Sequence[Footprint]) -> bool:
    """Tell whether neither memory nor descriptors grew from the third quarter to the last; four looks are needed."""
    before, after = middle_and_end(taken)
    grew = after.memory_mb - before.memory_mb
    return grew <= MAX_GROWTH_MB and after.descriptors - before.descriptors <= MAX_MORE_DESCRIPTORS


def _median(taken: Sequence[Footprint]) -> Footprint:
    return Footprint(median(one.memory_mb for one in taken), round(median(one.descriptors for one in taken)))


def _descriptors(process_id: int) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{process_id}/fd").iterdir())
    except FileNotFoundError:  # it has ended since
        return 0
