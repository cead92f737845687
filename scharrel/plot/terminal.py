"""A chart of characters: with the dots of braille where the screen has them, else one sign a cell."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from scharrel.plot.curve import Coordinates, Graph, along
from scharrel.plot.drawing import Spot, mark_texts
from scharrel.text.words import Words

_BRAILLE = 0x2800
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_DASHES = ("1", "1111000", "100", "1111110010", "11100", "1111111001001")
_THROUGH = "1"
_JUMP = "10"


class CurveText(NamedTuple):
    """Characters in a row, all of one curve or of none."""

    text: str
    curve: int | None = None


class Signs(NamedTuple):
    """What a chart is made of: dots across and down in a cell, the sign at a bend, and the axes."""

    across: int
    down: int
    bend: str
    mark: str
    side: str
    corner: str
    floor: str
    floor_mark: str


_UTF = Signs(2, 4, "●", "┤", "│", "└", "─", "┴")
_ASCII = Signs(1, 1, "o", "+", "|", "+", "-", "+")


def signs_for(encoding: str) -> Signs:
    """Those that the screen can show."""
    return _UTF if encoding.lower().startswith("utf") else _ASCII


class _Canvas:
    """Cells of dots; `owners` says which curve came last in each, `signs` what stands in place of dots."""

    def __init__(self, width: int, height: int, how: Signs):
        self.width, self.height, self.how = width, height, how
        self.dots: dict[Spot, int] = {}
        self.owners: dict[Spot, int] = {}
        self.signs: dict[Spot, str] = {}

    def cell(self, spot: Spot) -> Spot:
        return spot[0] // self.how.across, spot[1] // self.how.down

    def line(self, start: Spot, end: Spot, curve: int, dash: str, done: int = 0) -> int:
        """Draw from dot to dot; returns how far the dashes have come."""
        (ax, ay), (bx, by) = start, end
        steps = max(abs(bx - ax), abs(by - ay), 1)
        for nth in range(steps + 1):
            if dash[(done + nth) % len(dash)] == "1":
                across, down = (2 * nth * (bx - ax) + steps), (2 * nth * (by - ay) + steps)
                x, y = ax + across // (2 * steps), ay + down // (2 * steps)
                cell = self.cell((x, y))
                self.dots[cell] = self.dots.get(cell, 0) | _BITS[y % self.how.down][x % self.how.across]
                self.owners[cell] = curve
        return done + steps

    def rows(self, letters: Sequence[str]) -> Iterator[list[CurveText]]:
        for down in range(self.height):
            cells = [(across, down) for across in range(self.width)]
            yield [
                CurveText("".join(self._sign(cell, letters) for cell in run), curve)
                for curve, run in groupby(cells, self.owners.get)
            ]

    def _sign(self, cell: Spot, letters: Sequence[str]) -> str:
        curve = self.owners.get(cell)
        if curve is None or cell in self.signs:
            return self.signs.get(cell, " ")
        return chr(_BRAILLE + self.dots[cell]) if self.how is _UTF else letters[curve].lower() or "*"


def chart(
    words: Words, graph: Graph, letters: Sequence[str], width: int, height: int, how: Signs
) -> list[list[CurveText]]:
    """Lines of text of at most this width: about so many of curves, so that each mark is on one, and the axis
    below them.

    Bends have the letter of their curve, or a sign where there is one curve.
    """
    beside, below = mark_texts(words, graph.ys), mark_texts(words, graph.xs)
    margin = max(map(len, beside))
    steps = len(graph.ys) - 1
    canvas = _Canvas(width - margin - 2, steps * max(round(height / steps), 1) + 1, how)

    def spot(point: Coordinates) -> Spot:
        """The dot in the middle of its cell where a mark is."""
        return (
            along(point[0], graph.xs, 0, (canvas.width - 1) * how.across),
            along(point[1], graph.ys, (canvas.height - 1) * how.down + how.down // 2, how.down // 2),
        )

    for curve, trace in enumerate(graph.traces):
        for start, end in trace.jumps:
            canvas.line(spot(start), spot(end), curve, _JUMP)
        done = 0
        for start, end in (pair for stroke in trace.strokes for pair in pairwise(stroke)):
            done = canvas.line(spot(start), spot(end), curve, _dash(curve, how), done)
    for curve, trace in reversed(list(enumerate(graph.traces))):
        for cell in (canvas.cell(spot(dot)) for dot in trace.dots):
            canvas.signs[cell] = letters[curve] or how.bend
            canvas.owners[cell] = curve
    at_row = {
        along(mark, graph.ys, canvas.height - 1, 0): text for mark, text in zip(graph.ys, beside, strict=True)
    }
    lines = [
        [CurveText(f"{at_row.get(down, ''):>{margin}} {how.mark if down in at_row else how.side}"), *texts]
        for down, texts in enumerate(canvas.rows(letters))
    ]
    columns = [along(mark, graph.xs, 0, canvas.width - 1) for mark in graph.xs]
    floor = "".join(how.floor_mark if nth in columns[1:] else how.floor for nth in range(canvas.width))
    return [
        *lines,
        [CurveText(" " * (margin + 1) + how.corner + floor)],
        [CurveText(" " * (margin + 2) + _beneath(columns, below, canvas.width))],
    ]


def _dash(curve: int, how: Signs) -> str:
    """Where every curve has its own letter, dashes would only leave out letters."""
    return _DASHES[curve] if how is _UTF else _THROUGH


def without_euro_signs(text: str, how: Signs) -> str:
    """The text as it is, or without the signs for money on a screen that may lack them."""
    return text if how is _UTF else text.replace("€\xa0", "EUR ").replace("€", "EUR ")


def _beneath(columns: Sequence[int], texts: Sequence[str], width: int) -> str:
    """Each text below its column, those left out that would run into the last one or one before."""
    line = " " * width
    for column, text in [(columns[-1], texts[-1]), *zip(columns, texts, strict=True)]:
        start = min(max(column - len(text) // 2, 0), width - len(text))
        end = start + len(text)
        if not line[max(start - 1, 0) : end + 1].strip():
            line = line[:start] + text + line[end:]
    return line.rstrip()


def line_sample(nth: int, letter: str, how: Signs, cells: int = 8) -> list[CurveText]:
    """A stretch of the nth curve's line, as a key to the chart."""
    canvas = _Canvas(cells, 1, how)
    height = how.down // 2
    canvas.line((0, height), (cells * how.across - 1, height), nth, _dash(nth, how))
    return next(canvas.rows([letter] * (nth + 1)))
