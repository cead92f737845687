"""One curve for a small screen: what is kept of what comes in, and where a month stands on it."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from scharrel.analysis.breakpoints import Curve
from scharrel.plot.curve import Coordinates, along, graph, marks
from scharrel.plot.drawing import Frame, Spot, mark_texts
from scharrel.text.words import Words

_WIDTH, _HEIGHT = 3600, 2400
_LETTER = 70
_LABELS = 190
_TOP = 250
_MOST_MARKS = 4
_PART = Fraction(1, 5)
"""Of what is drawn: how far it goes on behind the last amount in sight, at least."""


class SmallDrawing(NamedTuple):
    """A curve with few marks and large letters. All sizes are in tenths of a point; y grows downwards. `at`
    is where the month stands."""

    width: int
    height: int
    frame: Frame
    xs: tuple[tuple[int, str], ...]
    ys: tuple[tuple[int, str], ...]
    zero: int
    chains: tuple[tuple[Spot, ...], ...]
    jumps: tuple[tuple[Spot, Spot], ...]
    at: Spot


def small_drawing(words: Words, curve: Curve, to: Fraction, earned: Decimal, keep: Decimal) -> SmallDrawing:
    """The curve up to so many euros, with a mark at what is earned and kept."""
    whole = graph([curve], to, "kept")
    xs = tuple(mark for mark in marks(Fraction(0), to, _MOST_MARKS) if mark <= to)
    texts = mark_texts(words, ys := marks(whole.ys[0], whole.ys[-1], _MOST_MARKS))
    frame = Frame(max(map(len, texts)) * _LETTER + 90, _TOP, _WIDTH - 200, _HEIGHT - _LABELS - 50)

    def spot(point: Coordinates) -> Spot:
        return (
            along(point[0], (Fraction(0), to), frame.left, frame.right),
            along(point[1], ys, frame.bottom, frame.top),
        )

    (trace,) = whole.traces
    return SmallDrawing(
        _WIDTH,
        _HEIGHT,
        frame,
        tuple((spot((x, ys[0]))[0], text) for x, text in zip(xs, mark_texts(words, xs), strict=True)),
        tuple((spot((xs[0], y))[1], text) for y, text in zip(ys, texts, strict=True)),
        spot((xs[0], Fraction(0)))[1],
        tuple(tuple(map(spot, stroke)) for stroke in trace.strokes),
        tuple((spot(start), spot(end)) for start, end in trace.jumps),
        spot((min(Fraction(earned), to), Fraction(keep))),
    )


def drawn_to(end: Fraction, *amounts: Decimal) -> Fraction:
    """A round amount up to which all of these are well in sight, with as much as `end` at least."""
    far = max(Fraction(amount) * (1 + _PART) for amount in amounts)
    return marks(Fraction(0), max(end, far), 6)[-1]
