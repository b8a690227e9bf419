"""The bars of what came out by week and source, as coordinates for an SVG of our own: nothing is loaded to draw it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from cms.models import Source

WIDTH, HEIGHT = 760, 320
LEFT, TOP, BOTTOM = 44, 24, 44
# Told apart also without colours: each has its own brightness, and the table beside holds the numbers.
COLOURS = ("#0b5cad", "#c05600", "#1b6e3c", "#7a1fa2", "#8a1c3b", "#00737a", "#6b5b00", "#555b66")


@dataclasses.dataclass
class Part:
    """One source's part of a bar."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    label: str


@dataclasses.dataclass
class Bar:
    """One week: its parts, its date below and its total above."""

    parts: list[Part]
    middle: float
    week: datetime.date
    total: int
    top: float


@dataclasses.dataclass
class Chart:
    """All that the template draws."""

    bars: list[Bar]
    lines: list[tuple[float, int]]
    legend: list[tuple[Source, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def chart_of(weeks: Sequence[datetime.date], output: Mapping[Source, Sequence[int]]) -> Chart:
    """Stacked bars, one a week, of the sources that brought anything; the scale ends at a round number."""
    legend = [
        (source, COLOURS[n % len(COLOURS)])
        for n, source in enumerate(source for source, counts in output.items() if any(counts))
    ]
    totals = [sum(counts[n] for counts in output.values()) for n in range(len(weeks))]
    step = _round_step(max(totals, default=0))
    highest = step * max(1, -(-max(totals, default=0) // step))
    room, column = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT) / max(1, len(weeks))

    def up(count: int) -> float:
        return round(HEIGHT - BOTTOM - count / highest * room, 1)

    bars = []
    for n, week in enumerate(weeks):
        parts, below = [], 0
        x, width = round(LEFT + n * column + column * 0.15, 1), round(column * 0.7, 1)
        for source, colour in legend:
            if count := output[source][n]:
                y = up(below + count)
                parts.append(Part(x, y, width, round(up(below) - y, 1), colour, f"{source.name}: {count}"))
                below += count
        bars.append(Bar(parts, round(x + width / 2, 1), week, totals[n], up(below) - 6))
    return Chart(bars, [(up(value), value) for value in range(0, highest + 1, step)], legend)


def _round_step(highest: int) -> int:
    """A step of 1, 2 or 5 times a power of ten that makes at most five lines."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= step * factor * 5:
                return step * factor
        step *= 10
