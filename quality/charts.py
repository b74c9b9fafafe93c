"""The page's drawings: F1 of each pair of agencies, and how the scores of right and wrong pairs are spread."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from docs.generation.svg import circle, drawing, line, rectangle, text
from quality.averages import averages, by_name
from quality.labels import METHOD_LABELS, pair_label
from quality.methods import SETTLED_LABEL
from quality.results import METHODS, Bar, Method, Results

F1_CHART: Final = "f1.svg"
SCORES_CHART: Final = "scores.svg"

_WIDTH: Final = 820
_LEFT: Final = 190
_RIGHT: Final = 30
_TOP: Final = 96
_ROW: Final = 58
_METHOD_STEP: Final = 14
_STEP: Final = 0.005
_LEGEND_STEP: Final = 230

_PANEL_TOP: Final = 60
_PANEL_HEIGHT: Final = 170
_PANEL_STEP: Final = 240
_PANEL_LEFT: Final = 60
_BAR_SHARE: Final = 0.38


def draw_charts(results: Results) -> Mapping[str, str]:
    """Return the content of each drawing by the name of its file."""
    return {F1_CHART: draw_f1(results), SCORES_CHART: draw_scores(results)}


def draw_f1(results: Results) -> str:
    """Return F1 by pair of agencies: filled at the point chosen without labels, hollow at the best one."""
    groups = by_name(results.in_group("pairs"))
    points = [
        (row, method, averages(trials, method)) for row, trials in enumerate(groups.values()) for method in METHODS
    ]
    values = [value for _, _, over in points for value in (over.f1, over.best_f1) if value is not None]
    lowest = math.floor(min(values, default=0.95) / _STEP) * _STEP
    height = _TOP + _ROW * len(groups) + 40

    def x_of(value: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (value - lowest) / (1 - lowest)

    def shapes() -> Iterator[str]:
        yield text(16, 30, "各对部门的 F1 / F1 by pair of agencies", "head")
        for place, method in enumerate(METHODS):
            yield circle(22 + place * _LEGEND_STEP, 54, 5, method)
            yield text(34 + place * _LEGEND_STEP, 58, METHOD_LABELS[method].en)
        yield text(16, 80, "● 不用答案选阈值 threshold without labels　○ 知道答案时最好 best with labels", "small")
        for tick in range(round((1 - lowest) / _STEP) + 1):
            value = lowest + tick * _STEP
            yield line(x_of(value), _TOP, x_of(value), height - 30)
            yield text(x_of(value), height - 14, f"{value:.3f}", "small middle")
        for row, name in enumerate(groups):
            label = pair_label(name)
            yield text(_LEFT - 14, _TOP + _ROW * row + 26, label.zh, "end")
            yield text(_LEFT - 14, _TOP + _ROW * row + 42, label.en, "small end")
        for row, method, over in points:
            y = _TOP + _ROW * row + 18 + _METHOD_STEP * METHODS.index(method)
            if over.f1 is not None:
                yield circle(x_of(over.f1), y, 5, method)
            if over.best_f1 is not None:
                yield circle(x_of(over.best_f1), y, 7, f"{method} hollow")

    description = "For each of six pairs of agencies the F1 of three methods; the tables below hold the same figures."
    return drawing(_WIDTH, height, "F1", description, shapes())


def draw_scores(results: Results) -> str:
    """Return for each method how many right and wrong pairs have which score, over all pairs of agencies."""

    def shapes() -> Iterator[str]:
        yield text(16, 28, "分数的分布（对数刻度） / How scores are spread (logarithmic)", "head")
        yield rectangle(520, 16, 12, 12, "right")
        yield text(538, 27, "真 right")
        yield rectangle(620, 16, 12, 12, "wrong")
        yield text(638, 27, "错 wrong")
        for place, method in enumerate(METHODS):
            yield from _panel(_PANEL_TOP + place * _PANEL_STEP, method, total_bars(results, method))

    description = "For each method, pairs by score, right ones beside wrong ones. Good scores keep the two apart."
    return drawing(_WIDTH, _PANEL_TOP + _PANEL_STEP * len(METHODS), "Scores", description, shapes())


def total_bars(results: Results, method: Method) -> list[Bar]:
    """Return the bars of a method, added up over all pairs of agencies."""
    bars_of = [outcome.bars for trial in results.in_group("pairs") if (outcome := trial.of(method)) and outcome.bars]
    return [
        Bar(label=same[0].label, right=sum(bar.right for bar in same), wrong=sum(bar.wrong for bar in same))
        for same in zip(*bars_of, strict=True)
    ]


def _panel(top: float, method: Method, bars: list[Bar]) -> Iterator[str]:
    label, bottom = METHOD_LABELS[method], top + 30 + _PANEL_HEIGHT
    unit = "相似度 similarity" if method == "anonlink" else "概率 probability"
    yield text(16, top + 16, f"{label.zh} / {label.en}: {unit}")
    most = max((max(bar.right, bar.wrong) for bar in bars), default=1)
    decades = max(1, math.ceil(math.log10(max(most, 2))))
    for decade in range(decades + 1):
        y = bottom - _PANEL_HEIGHT * decade / decades
        yield line(_PANEL_LEFT, y, _WIDTH - _RIGHT, y)
        yield text(_PANEL_LEFT - 6, y + 4, f"{10**decade:,}", "small end")
    step = (_WIDTH - _RIGHT - _PANEL_LEFT) / max(1, len(bars))
    for place, bar in enumerate(bars):
        x = _PANEL_LEFT + step * place
        for offset, kind, count in ((0.1, "right", bar.right), (0.52, "wrong", bar.wrong)):
            # One pair is seen too: on this scale it would have no height.
            tall = _PANEL_HEIGHT * max(math.log10(count), 0.03) / decades if count else 0.0
            yield rectangle(x + step * offset, bottom - tall, step * _BAR_SHARE, tall, kind)
        shown = "两项即定 settled" if bar.label == SETTLED_LABEL else bar.label
        yield text(x + step / 2, bottom + 16, shown, "small middle")
