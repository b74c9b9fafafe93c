"""A drawing in SVG, readable on light and dark pages."""

from collections.abc import Iterable
from html import escape
from typing import Final

FONTS: Final = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"

_STYLE: Final = """
    .text { fill: #1f2328; font-size: 13px }
    .head { font-size: 16px; font-weight: 700 }
    .small { font-size: 11px }
    .end { text-anchor: end }
    .middle { text-anchor: middle }
    .grid { stroke: #d0d7de }
    .ours { fill: #1b7837; stroke: #1b7837 }
    .splink { fill: #2166ac; stroke: #2166ac }
    .anonlink { fill: #b35806; stroke: #b35806 }
    .hollow { fill: none; stroke-width: 2 }
    .right { fill: #1b7837 }
    .wrong { fill: #c51b7d }
    @media (prefers-color-scheme: dark) {
      .text { fill: #e6edf3 }
      .grid { stroke: #30363d }
      .ours { fill: #5aae61; stroke: #5aae61 }
      .splink { fill: #67a9cf; stroke: #67a9cf }
      .anonlink { fill: #f1a340; stroke: #f1a340 }
      .hollow { fill: none }
      .right { fill: #5aae61 }
      .wrong { fill: #e9a3c9 }
    }
"""


def drawing(width: int, height: int, title: str, description: str, shapes: Iterable[str]) -> str:
    """Return a whole file; sizes are in pixels."""
    body = "\n  ".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-labelledby="t d" font-family="{FONTS}">\n'
        f'  <title id="t">{escape(title)}</title>\n  <desc id="d">{escape(description)}</desc>\n'
        f"  <style>{_STYLE}  </style>\n  {body}\n</svg>\n"
    )


def text(x: float, y: float, content: str, kinds: str = "") -> str:
    """Return one line of text; `kinds` are classes of the style."""
    return f'<text class="text {kinds}" x="{x:.1f}" y="{y:.1f}">{escape(content)}</text>'


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a line of the grid."""
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def rectangle(x: float, y: float, width: float, height: float, kinds: str) -> str:
    """Return a filled rectangle."""
    return f'<rect class="{kinds}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def circle(x: float, y: float, radius: float, kinds: str) -> str:
    """Return a circle."""
    return f'<circle class="{kinds}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'
