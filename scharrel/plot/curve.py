"""What is drawn of curves, in euros: how far the axes go, their marks, and the straight strokes."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Literal, NamedTuple

from scharrel.analysis.breakpoints import Breakpoint, Curve
from scharrel.analysis.lines import Piece

GraphKind = Literal["kept", "next"]
"""What is kept, in euros; or what is kept of one euro more, in cents."""

Coordinates = tuple[Fraction, Fraction]

_ALWAYS = Fraction(1000)
"""Euros that are shown where nothing else is asked."""

_FAR = 2
"""A bend this many times further than everything before it is left out, not to squash the rest."""

_CENTS = 100


class Trace(NamedTuple):
    """One curve: `strokes` are chains of points, `jumps` join what is not connected, `dots` are at bends."""

    strokes: tuple[tuple[Coordinates, ...], ...]
    jumps: tuple[tuple[Coordinates, Coordinates], ...]
    dots: tuple[Coordinates, ...]


class Graph(NamedTuple):
    """Curves over one another; the marks `xs` and `ys` run from end to end of their axis."""

    xs: tuple[Fraction, ...]
    ys: tuple[Fraction, ...]
    traces: tuple[Trace, ...]


def graph(curves: Iterable[Curve], to: Fraction, kind: GraphKind) -> Graph:
    """The curves from nothing up to so many euros that come in."""
    traces = tuple(_kept(curve, to) if kind == "kept" else _next(curve, to) for curve in curves)
    levels = [y for trace in traces for stroke in trace.strokes for _, y in stroke]
    low, high = min(levels), max(*levels, Fraction(0 if kind == "kept" else _CENTS))
    if low >= high:  # nothing is kept at all
        high = low + _CENTS
    return Graph(_marks_to(to, 7), marks(min(low, Fraction(0)), high, 8), traces)


def default_end(curves: Iterable[Curve]) -> Fraction:
    """So many euros that the bends are well in sight: at least a thousand, a round amount."""
    end = _ALWAYS
    for at in sorted({bend.at for curve in curves for bend in curve.bends}):
        if at > _FAR * end:
            break
        end = max(end, at * 6 / 5)
    return marks(Fraction(0), end, 6)[-1]


def marks(low: Fraction, high: Fraction, most: int) -> tuple[Fraction, ...]:
    """At most `most` round steps (1, 2 or 5, and a power of ten) that cover the range."""
    step = _step((high - low) / most)
    return tuple(step * nth for nth in range(floor(low / step), ceil(high / step) + 1))


def _marks_to(high: Fraction, most: int) -> tuple[Fraction, ...]:
    """Round marks from zero that do not go beyond, and the end itself."""
    inside = [mark for mark in marks(Fraction(0), high, most) if mark < high]
    apart = inside[1] - inside[0] if len(inside) > 1 else high
    return (*(mark for mark in inside if high - mark > apart * 2 / 3 or not mark), high)


def _step(least: Fraction) -> Fraction:
    """The first of 1, 2, 5, 10, 20 … that is not below it, also among tenths and hundredths."""
    power = Fraction(1)
    while power > least:
        power /= 10
    while power * 10 < least:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)


def bends_before(curve: Curve, to: Fraction) -> list[Breakpoint]:
    return [bend for bend in curve.bends if bend.at < to]


def _stretches(curve: Curve, to: Fraction) -> Iterable[tuple[Piece, Fraction]]:
    """Each piece that begins before that amount, and where it ends."""
    return ((piece, min(piece.end or to, to)) for piece in curve.pieces if piece.start < to)


def _kept(curve: Curve, to: Fraction) -> Trace:
    strokes: list[tuple[Coordinates, ...]] = []
    for piece, until in _stretches(curve, to):
        start, end = (piece.start, piece.keep), (until, piece.keep_at(until))
        if strokes and strokes[-1][-1] == start:
            strokes[-1] = (*strokes[-1], end)
        else:
            strokes.append((start, end))
    bends = bends_before(curve, to)
    return Trace(
        tuple(strokes),
        tuple(((bend.at, bend.before), (bend.at, bend.after)) for bend in bends if bend.jumps),
        tuple((bend.at, bend.after) for bend in bends),
    )


def _next(curve: Curve, to: Fraction) -> Trace:
    strokes = [
        ((piece.start, piece.kept * _CENTS), (until, piece.kept * _CENTS))
        for piece, until in _stretches(curve, to)
    ]
    return Trace(tuple(strokes), tuple((was[1], now[0]) for was, now in pairwise(strokes)), ())


def along(amount: Fraction, axis: Sequence[Fraction], start: int, end: int) -> int:
    """Where an amount lies on an axis whose marks run from `start` to `end`."""
    return round(start + (amount - axis[0]) / (axis[-1] - axis[0]) * (end - start))
