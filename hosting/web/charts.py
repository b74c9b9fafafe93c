"""Where the parts of a chart stand: geometry for the SVG that `charts.html` draws. No script, prints as it is seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
BAR_ROW: Final = 44
BAR_HEIGHT: Final = 16
VALUE_WIDTH: Final = 90
COLUMN_AREA: Final = 160
COLUMN_TOP: Final = 24
COLUMN_FOOT: Final = 28


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar or column: `value` is None where a small number is withheld; `href` leads to what it counts."""

    label: str
    value: int | None
    href: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedBar:
    """A bar with its place, in the units of the drawing."""

    bar: Bar
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing of `width` by `height` with its bars, and the largest value."""

    width: int
    height: int
    bars: tuple[PlacedBar, ...]
    largest: int


def lay_bars(bars: Sequence[Bar]) -> Layout:
    """Return horizontal bars, each below its label, from the top; the largest fills the width but for its number."""
    largest = _largest(bars)
    room = WIDTH - VALUE_WIDTH
    placed = tuple(
        PlacedBar(bar, 0, place * BAR_ROW + 22, round(room * (bar.value or 0) / largest, 1), BAR_HEIGHT)
        for place, bar in enumerate(bars)
    )
    return Layout(WIDTH, len(bars) * BAR_ROW, placed, largest)


def lay_columns(bars: Sequence[Bar]) -> Layout:
    """Return columns side by side on one line, for hours or months; their number stands on top of each."""
    largest = _largest(bars)
    step = WIDTH / max(1, len(bars))
    placed = []
    for place, bar in enumerate(bars):
        height = round(COLUMN_AREA * (bar.value or 0) / largest, 1)
        placed.append(
            PlacedBar(bar, round(place * step + step * 0.12, 1), COLUMN_TOP + COLUMN_AREA - height, step * 0.76, height)
        )
    return Layout(WIDTH, COLUMN_TOP + COLUMN_AREA + COLUMN_FOOT, tuple(placed), largest)


def _largest(bars: Sequence[Bar]) -> int:
    return max((bar.value or 0 for bar in bars), default=0) or 1
