"""What is drawn of curves, in euros: how far the axes go, their marks, and the straight strokes."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from scharrel.analysis.breakpoints import Bend, Curve
from scharrel.analysis.lines import Piece

Point = tuple[Fraction, Fraction]

LEAST = Fraction(1000)
"""Euros that are always shown where nothing else is asked."""

FAR = 2
"""A bend this many times further than everything before it is left out, not to squash the rest."""

CENTS = 100


class Trace(NamedTuple):
    """One curve: `strokes` are chains of points, `jumps` join what is not connected, `dots` are at bends."""

    strokes: tuple[tuple[Point, ...], ...]
    jumps: tuple[tuple[Point, Point], ...]
    dots: tuple[Point, ...]


class Figure(NamedTuple):
    """Curves over one another; the marks `xs` and `ys` run from end to end of their axis."""

    xs: tuple[Fraction, ...]
    ys: tuple[Fraction, ...]
    traces: tuple[Trace, ...]


def reach(curves: Iterable[Curve]) -> Fraction:
    """So many euros that the bends are well in sight: at least LEAST, a round amount."""
    least = LEAST
    for at in sorted({bend.at for curve in curves for bend in curve.bends}):
        if at > FAR * least:
            break
        least = max(least, at * 6 / 5)
    return marks(Fraction(0), least, 6)[-1]


def marks(low: Fraction, high: Fraction, most: int) -> tuple[Fraction, ...]:
    """At most `most` round steps (1, 2 or 5, and a power of ten) that cover the range."""
    step = _step((high - low) / most)
    return tuple(step * nth for nth in range(floor(low / step), ceil(high / step) + 1))


def within(high: Fraction, most: int) -> tuple[Fraction, ...]:
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


def kept(curves: Sequence[Curve], to: Fraction) -> Figure:
    """What is kept, in euros."""
    return _figure([_kept(curve, to) for curve in curves], to, least=Fraction(0))


def of_the_next(curves: Sequence[Curve], to: Fraction) -> Figure:
    """What is kept of one euro more, in cents."""
    return _figure([_of_the_next(curve, to) for curve in curves], to, least=Fraction(CENTS))


def _figure(traces: Sequence[Trace], to: Fraction, least: Fraction) -> Figure:
    levels = [y for trace in traces for stroke in trace.strokes for _, y in stroke]
    low, high = min(levels), max(*levels, least)
    if low >= high:  # nothing is kept at all
        high = low + CENTS
    return Figure(within(to, 7), marks(min(low, Fraction(0)), high, 8), tuple(traces))


def shown(curve: Curve, to: Fraction) -> list[Piece]:
    """The pieces up to that amount, the last one cut off there."""
    return [p._replace(end=min(p.end or to, to)) for p in curve.pieces if p.start < to]


def seen(curve: Curve, to: Fraction) -> list[Bend]:
    """The bends up to that amount."""
    return [bend for bend in curve.bends if bend.at < to]


def _kept(curve: Curve, to: Fraction) -> Trace:
    strokes: list[tuple[Point, ...]] = []
    for piece in shown(curve, to):
        until = piece.end or to
        start, end = (piece.start, piece.keep), (until, piece.keep_at(until))
        if strokes and strokes[-1][-1] == start:
            strokes[-1] = (*strokes[-1], end)
        else:
            strokes.append((start, end))
    bends = seen(curve, to)
    return Trace(
        tuple(strokes),
        tuple(((bend.at, bend.before), (bend.at, bend.after)) for bend in bends if bend.jumps),
        tuple((bend.at, bend.after) for bend in bends),
    )


def _of_the_next(curve: Curve, to: Fraction) -> Trace:
    strokes = [
        ((piece.start, level), (piece.end or to, level))
        for piece in shown(curve, to)
        for level in [piece.kept * CENTS]
    ]
    return Trace(tuple(strokes), tuple((was[1], now[0]) for was, now in pairwise(strokes)), ())


def along(amount: Fraction, marked: Sequence[Fraction], start: int, end: int) -> int:
    """Where an amount lies on an axis whose marks run from `start` to `end`."""
    part = (amount - marked[0]) / (marked[-1] - marked[0])
    return round(start + part * (end - start))
