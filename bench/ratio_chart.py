"""All ratios in one drawing, on a logarithmic scale: right of the line ours is quicker, left of it the peer."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from bench.harness import Comparison
from bench.kept_runs import KeptRun
from bench.wording import in_chinese
from docs.generation.svg import drawing, line, rectangle, text

RATIO_CHART: Final = "ratios.svg"

_WIDTH: Final = 900
_LEFT: Final = 400
_RIGHT: Final = 70
_TOP: Final = 74
_ROW: Final = 40
_DESCRIPTION: Final = "For each comparison the ratio of our rate by the peer's; the tables hold the same figures."


def draw_ratios(runs: Mapping[str, KeptRun]) -> str:
    """Return the drawing, in the order of the benchmarks."""
    found = [result for run in runs.values() for result in run.results if isinstance(result, Comparison)]
    height = _TOP + _ROW * len(found) + 30
    return drawing(_WIDTH, height, "Ratios", _DESCRIPTION, _shapes(found, height))


def _shapes(found: list[Comparison], height: float) -> Iterator[str]:
    ratios = [one.median_ratio for one in found] or [1.0]
    lowest = min(-1, math.floor(math.log10(min(ratios))))
    highest = max(1, math.ceil(math.log10(max(ratios))))

    def x_of(ratio: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (math.log10(ratio) - lowest) / (highest - lowest)

    yield text(16, 30, "我方速度 ÷ 对照速度 / our rate by the peer's", "head")
    yield text(16, 52, "对数刻度；1 为相同 / logarithmic; 1 is the same rate", "small")
    for power in range(lowest, highest + 1):
        yield line(x_of(10**power), _TOP - 10, x_of(10**power), height - 26)
        yield text(x_of(10**power), height - 10, f"{10**power:g}", "small middle")
    times = Counter(one.name for one in found)
    for row, one in enumerate(found):
        y = _TOP + _ROW * row
        peer = f" ÷ {one.peer}" if times[one.name] > 1 else ""
        yield text(_LEFT - 12, y + 12, in_chinese(one.name), "end")
        yield text(_LEFT - 12, y + 27, one.name + peer, "small end")
        start, end = sorted((x_of(1), x_of(one.median_ratio)))
        yield rectangle(start, y + 6, max(end - start, 1), 14, "right" if one.median_ratio >= 1 else "wrong")
        yield text(end + 6, y + 18, f"{one.median_ratio:.2f}", "small")
