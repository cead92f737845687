"""Curves as a drawing: every line and mark at its place, ready for a template.

All sizes are in tenths of a point; y grows downwards.
"""

import textwrap
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from scharrel.analysis.breakpoints import Bend
from scharrel.plot.curve import Figure, Point, along, kept, of_the_next, seen
from scharrel.text.breakpoints import Named, cause, money, numbered, rows
from scharrel.text.words import Words

WIDTH = 6600
HEIGHTS = {"kept": 2500, "next": 1400}
RIGHT = 160
LETTER = 62
LINE = 130
ROW = 170
ABOVE = 290
BELOW = 380
NOTE_LETTERS = 106
BESIDE = (-70, 160, -200, 290)
"""Where the number of a bend can stand: so far below it, the first where no other number is."""

APART = (150, 110)

Spot = tuple[int, int]
Segment = tuple[Spot, Spot]


class Frame(NamedTuple):
    """A rectangle: its edges."""

    left: int
    top: int
    right: int
    bottom: int


class Path(NamedTuple):
    """The lines of one curve: chains that are drawn through, jumps, and dots at the bends."""

    chains: tuple[tuple[Spot, ...], ...]
    jumps: tuple[Segment, ...]
    dots: tuple[Spot, ...]


class Mark(NamedTuple):
    """The number of a bend, its middle at `x` and its foot at `y`."""

    number: int
    x: int
    y: int


class Panel(NamedTuple):
    """One chart: its heading, the frame, the marks of both axes, the curves and the numbers of their bends.

    `zero` is the height of nothing.
    """

    heading: str
    frame: Frame
    xs: tuple[tuple[int, str], ...]
    ys: tuple[tuple[int, str], ...]
    zero: int
    paths: tuple[Path, ...]
    numbers: tuple[Mark, ...]


class Drawing(NamedTuple):
    """Charts below one another, and at their heights the names of the curves above them and the notes below.

    `told` says in words what is drawn, `along` what runs along every axis below.
    """

    width: int
    height: int
    title: str
    told: str
    keys: tuple[tuple[int, str], ...]
    panels: tuple[Panel, ...]
    notes: tuple[tuple[int, str], ...]
    along: str


def drawing(
    words: Words,
    some: Sequence[Named],
    to: Fraction,
    kinds: Sequence[str],
    title: str = "",
    notes: Iterable[str] = (),
    *,
    named: bool = True,
) -> Drawing:
    """These curves up to so many euros: what is `kept`, and what of the `next` euro."""
    down = 2 * ROW if title else 0
    keys = tuple((down + nth * ROW + LINE, one.full) for nth, one in enumerate(some if named else ()))
    down += len(keys) * ROW
    panels: list[Panel] = []
    left = (
        max(len(mark) for kind in HEIGHTS for mark in marked(words, figure(some, to, kind).ys)) * LETTER + 130
    )
    for kind in kinds:
        panels.append(_panel(words, some, to, kind, left, down + ABOVE))
        down = panels[-1].frame.bottom + BELOW
    below = []
    for note in notes:
        for line in textwrap.wrap(note, NOTE_LETTERS):
            down += LINE
            below.append((down, line))
    return Drawing(
        WIDTH,
        down + (LINE if below else 0),
        title,
        told(words, some),
        keys,
        tuple(panels),
        tuple(below),
        words("plot.axis.along"),
    )


def told(words: Words, some: Sequence[Named]) -> str:
    """All that the curves say, in words."""
    return " ".join(
        f"{one.full}: " + " ".join(f"{where}: {what}." for where, what in rows(words, one.curve))
        for one in some
    )


def beyond(words: Words, some: Sequence[Named], to: Fraction) -> list[str]:
    """What happens further than the drawing goes."""
    return [
        words("plot.beyond", which=one.full, at=money(words, bend.at), cause=cause(words, bend))
        for one in some
        for bend in one.curve.bends
        if bend.at >= to
    ]


def figure(some: Sequence[Named], to: Fraction, kind: str) -> Figure:
    curves = [one.curve for one in some]
    return kept(curves, to) if kind == "kept" else of_the_next(curves, to)


def marked(words: Words, marks: Sequence[Fraction]) -> list[str]:
    """The marks of an axis as text: with cents where they are not whole; the last one may be odd."""
    whole = all(mark.denominator == 1 for mark in marks[:-1])
    patterns = ["#,##0" if whole and mark.denominator == 1 else "#,##0.00" for mark in marks]
    exact = [Decimal(mark.numerator) / mark.denominator for mark in marks]
    return [words.number(mark, pattern) for mark, pattern in zip(exact, patterns, strict=True)]


def _panel(words: Words, some: Sequence[Named], to: Fraction, kind: str, left: int, top: int) -> Panel:
    what = figure(some, to, kind)
    xs, ys = marked(words, what.xs), marked(words, what.ys)
    frame = Frame(left, top, WIDTH - RIGHT, top + HEIGHTS[kind])

    def right(amount: Fraction) -> int:
        return along(amount, what.xs, frame.left, frame.right)

    def up(amount: Fraction) -> int:
        return along(amount, what.ys, frame.bottom, frame.top)

    def spot(point: Point) -> Spot:
        return right(point[0]), up(point[1])

    paths = tuple(
        Path(
            tuple(tuple(map(spot, stroke)) for stroke in trace.strokes),
            tuple((spot(start), spot(end)) for start, end in trace.jumps),
            tuple(map(spot, trace.dots)),
        )
        for trace in what.traces
    )
    zero = up(Fraction(0))
    return Panel(
        words(f"plot.axis.{kind}"),
        frame,
        tuple(zip(map(right, what.xs), xs, strict=True)),
        tuple(zip(map(up, what.ys), ys, strict=True)),
        zero,
        paths,
        _marks([(number, spot((b.at, b.after))) for b, number in _bends(words, some, to)], frame)
        if kind == "kept"
        else (),
    )


def _marks(spots: Sequence[tuple[int, Spot]], frame: Frame) -> tuple[Mark, ...]:
    """The numbers above or below what they name, as far as there is room without covering another."""
    found: list[Mark] = []
    for number, (x, y) in spots:
        for down in BESIDE:
            mark = Mark(number, x, y + down)
            near = any(abs(mark.x - o.x) < APART[0] and abs(mark.y - o.y) < APART[1] for o in found)
            if frame.top <= mark.y <= frame.bottom and not near:
                found.append(mark)
                break
    return tuple(found)


def _bends(words: Words, some: Sequence[Named], to: Fraction) -> list[tuple[Bend, int]]:
    """The bends in sight with their numbers; the same bend of several curves once."""
    numbers = numbered(words, some)
    found = {numbers[one.letter, bend.at]: bend for one in some for bend in seen(one.curve, to)}
    return [(bend, number) for number, bend in sorted(found.items())]


def numbered_notes(words: Words, some: Sequence[Named], to: Fraction) -> list[str]:
    """What each number in the drawing says, and of which curves."""
    letters: dict[int, list[str]] = {}
    for (letter, _), number in numbered(words, some).items():
        letters.setdefault(number, []).append(letter)
    return [
        f"{number}  " + (f"{', '.join(letters[number])}: " if letters[number][0] else "")
        + f"{money(words, bend.at)}: {cause(words, bend)}"
        for bend, number in _bends(words, some, to)
    ]  # fmt: skip
