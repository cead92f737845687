"""A chart of characters: with the dots of braille where the screen has them, else one sign a cell."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from scharrel.plot.curve import Figure, Point, along
from scharrel.plot.terminal import Spot, marked
from scharrel.text.words import Words

_BRAILLE = 0x2800
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_DASHES = ("1", "1111000", "100", "1111110010", "11100", "1111111001001")
_THROUGH = "1"
_JUMP = "10"


class Span(NamedTuple):
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


UTF = Signs(2, 4, "●", "┤", "│", "└", "─", "┴")
ASCII = Signs(1, 1, "o", "+", "|", "+", "-", "+")


def signs(encoding: str) -> Signs:
    """Those that the screen can show."""
    return UTF if encoding.lower().startswith("utf") else ASCII


class _Canvas:
    """Cells of dots; `owners` says which curve came last in each."""

    def __init__(self, width: int, height: int, how: Signs):
        self.width = width
        self.height = height
        self.how = how
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
                self._dot((ax + across // (2 * steps), ay + down // (2 * steps)), curve)
        return done + steps

    def _dot(self, spot: Spot, curve: int) -> None:
        cell = self.cell(spot)
        bit = _BITS[spot[1] % self.how.down][spot[0] % self.how.across]
        self.dots[cell] = self.dots.get(cell, 0) | bit
        self.owners[cell] = curve

    def rows(self, letters: Sequence[str]) -> Iterator[list[Span]]:
        for down in range(self.height):
            spans: list[Span] = []
            for cell in ((across, down) for across in range(self.width)):
                curve = self.owners.get(cell)
                sign = " " if curve is None else self.signs.get(cell) or self._sign(cell, letters[curve])
                _add(spans, sign, curve)
            yield spans

    def _sign(self, cell: Spot, letter: str) -> str:
        return chr(_BRAILLE + self.dots[cell]) if self.how is UTF else letter.lower() or "*"


def _add(spans: list[Span], sign: str, curve: int | None) -> None:
    if spans and spans[-1].curve == curve:
        spans[-1] = Span(spans[-1].text + sign, curve)
    else:
        spans.append(Span(sign, curve))


def chart(
    words: Words, figure: Figure, letters: Sequence[str], width: int, height: int, how: Signs
) -> list[list[Span]]:
    """Lines of text of at most this width: about so many of curves, so that each mark is on one, and the axis
    below them.

    Bends have the letter of their curve, or a sign where there is one curve.
    """
    beside, below = marked(words, figure.ys), marked(words, figure.xs)
    margin = max(map(len, beside))
    steps = len(figure.ys) - 1
    canvas = _Canvas(width - margin - 2, steps * max(round(height / steps), 1) + 1, how)
    spots = [
        (
            [[_spot(canvas, figure, point) for point in stroke] for stroke in trace.strokes],
            [[_spot(canvas, figure, point) for point in jump] for jump in trace.jumps],
            [_spot(canvas, figure, point) for point in trace.dots],
        )
        for trace in figure.traces
    ]
    for curve, (strokes, jumps, _) in enumerate(spots):
        done = 0
        for start, end in jumps:
            canvas.line(start, end, curve, _JUMP)
        for start, end in (pair for stroke in strokes for pair in pairwise(stroke)):
            done = canvas.line(start, end, curve, _dash(curve, how), done)
    for curve, (_, _, dots) in reversed(list(enumerate(spots))):
        for dot in dots:
            canvas.signs[canvas.cell(dot)] = letters[curve] or how.bend
            canvas.owners[canvas.cell(dot)] = curve
    at_row = {
        along(mark, figure.ys, canvas.height - 1, 0): text
        for mark, text in zip(figure.ys, beside, strict=True)
    }
    lines = [
        [Span(f"{at_row.get(down, ''):>{margin}} {how.mark if down in at_row else how.side}"), *spans]
        for down, spans in enumerate(canvas.rows(letters))
    ]
    columns = [along(mark, figure.xs, 0, canvas.width - 1) for mark in figure.xs]
    floor = "".join(how.floor_mark if nth in columns[1:] else how.floor for nth in range(canvas.width))
    return [
        *lines,
        [Span(" " * (margin + 1) + how.corner + floor)],
        [Span(" " * (margin + 2) + _beneath(columns, below, canvas.width))],
    ]


def _dash(curve: int, how: Signs) -> str:
    """Where every curve has its own letter, dashes would only leave out letters."""
    return _DASHES[curve] if how is UTF else _THROUGH


def plain(text: str, how: Signs) -> str:
    """The text without the signs for money that a screen may lack."""
    return text if how is UTF else text.replace("€\xa0", "EUR ").replace("€", "EUR ")


def _spot(canvas: _Canvas, figure: Figure, point: Point) -> Spot:
    """The dot in the middle of its cell where a mark is."""
    x, y = point
    across, down = canvas.how.across, canvas.how.down
    return (
        along(x, figure.xs, 0, (canvas.width - 1) * across),
        along(y, figure.ys, (canvas.height - 1) * down + down // 2, down // 2),
    )


def _beneath(columns: Sequence[int], texts: Sequence[str], width: int) -> str:
    """Each text below its column, those left out that would run into the last one or one before."""
    line = " " * width
    for column, text in [(columns[-1], texts[-1]), *zip(columns, texts, strict=True)]:
        start = min(max(column - len(text) // 2, 0), width - len(text))
        end = start + len(text)
        if not line[max(start - 1, 0) : end + 1].strip():
            line = line[:start] + text + line[end:]
    return line.rstrip()


def sample(nth: int, letter: str, how: Signs, cells: int = 8) -> list[Span]:
    """A stretch of the nth curve's line, as a key to the chart."""
    canvas = _Canvas(cells, 1, how)
    height = how.down // 2
    canvas.line((0, height), (cells * how.across - 1, height), nth, _dash(nth, how))
    return next(canvas.rows([letter] * (nth + 1)))
