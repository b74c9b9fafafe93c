"""Where the bars of the chart stand, in the units of an SVG drawing."""

from dataclasses import dataclass
from typing import Final

from connectors.rehearsal.scores import ScoreBar
from schemas.messages.match import Outcome

LABEL_WIDTH: Final = 110
BARS_WIDTH: Final = 560
COUNT_WIDTH: Final = 80
BAR_HEIGHT: Final = 18
BAR_STEP: Final = 26
COLOURS: Final = {Outcome.MATCH: "#1b7837", Outcome.POSSIBLE_MATCH: "#d9a400", Outcome.NON_MATCH: "#c4c4c4"}
"""Of different lightness, so that they can be told apart without colour vision and on grey paper."""

LEAST_WIDTH: Final = 2
"""What is there at all is seen."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a bar that one outcome takes."""

    outcome: Outcome
    x: float
    width: float
    count: int


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """One bar with its label before it and its count behind it."""

    label: str
    y: int
    pieces: tuple[Piece, ...]
    end: float
    total: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole drawing."""

    width: int
    height: int
    bars: tuple[DrawnBar, ...]


def draw_chart(bars: tuple[ScoreBar, ...]) -> Chart:
    """Return the drawing of at least one bar; the longest one takes the whole width."""
    most = max(1, *(bar.total for bar in bars))
    drawn = tuple(_draw(bar, place * BAR_STEP, most) for place, bar in enumerate(bars))
    return Chart(LABEL_WIDTH + BARS_WIDTH + COUNT_WIDTH, len(bars) * BAR_STEP, drawn)


def _draw(bar: ScoreBar, y: int, most: int) -> DrawnBar:
    pieces: list[Piece] = []
    x = float(LABEL_WIDTH)
    for outcome, count in bar.counts.items():
        if count:
            width = max(round(count / most * BARS_WIDTH, 1), LEAST_WIDTH)
            pieces.append(Piece(outcome, x, width, count))
            x += width
    return DrawnBar(bar.label, y, tuple(pieces), x, bar.total)
