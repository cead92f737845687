"""Curves as a drawing: every line, mark and label at its place, ready for a template.

All sizes are in tenths of a point; y grows downwards.
"""

import textwrap
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len

from scharrel.analysis.labels import Box, Placed, Segment, Spot, Wanted, place
from scharrel.analysis.plot import CENTS, Figure, Point, along, kept, of_the_next, seen, shown
from scharrel.text.bends import Named, cause, cents, money, rows
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
BASELINE = 100
BESIDE = 500
AWAY = 2600
LABEL_LETTERS = (25, 44, 17, 70)
PARTS = (Fraction(1, 2), Fraction(1, 4), Fraction(3, 4), Fraction(1, 8), Fraction(7, 8))


class Path(NamedTuple):
    """The lines of one curve: chains that are drawn through, jumps, and dots at the bends."""

    chains: tuple[tuple[Spot, ...], ...]
    jumps: tuple[Segment, ...]
    dots: tuple[Spot, ...]

    @property
    def segments(self) -> list[Segment]:
        return [*(pair for chain in self.chains for pair in pairwise(chain)), *self.jumps]


class Label(NamedTuple):
    """Lines of text from `x` on, up to it or around it (by its `anchor`), the first at height `y`; and the
    line to what they name if they are not right beside it."""

    lines: tuple[str, ...]
    x: int
    y: int
    anchor: str
    leader: Segment | None


class Panel(NamedTuple):
    """One chart: its heading, the frame, the marks of both axes, the curves and their labels.

    `zero` is the height of nothing.
    """

    heading: str
    frame: Box
    xs: tuple[tuple[int, str], ...]
    ys: tuple[tuple[int, str], ...]
    zero: int
    paths: tuple[Path, ...]
    labels: tuple[Label, ...]


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
    frame = Box(left, top, WIDTH - RIGHT, top + HEIGHTS[kind])

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
    floor = ((frame.left, zero), (frame.right, zero))
    named = _bends(words, some, to) if kind == "kept" else _levels(words, some, to)
    places = place(
        [
            Wanted(
                tuple(map(spot, name.points)),
                tuple((_width(lines), len(lines) * LINE) for lines in name.shapes),
                name.within,
            )
            for name in named
        ],
        frame.grown(-20),
        [floor, *(segment for path in paths for segment in path.segments)],
        [dot for path in paths for dot in path.dots],
    )
    return Panel(
        words(f"plot.axis.{kind}"),
        frame,
        tuple(zip(map(right, what.xs), xs, strict=True)),
        tuple(zip(map(up, what.ys), ys, strict=True)),
        zero,
        paths,
        tuple(
            _label(name.shapes[placed.size], placed)
            for name, placed in zip(named, places, strict=True)
            if placed
        ),
    )


def _label(lines: Sequence[str], placed: Placed) -> Label:
    """Text is set on the side that is nearest to what it names: how wide it becomes is not known exactly."""
    box = placed.box
    anchors = {box.left: "start", box.right: "end", box.middle: "middle"}
    x, _ = box.nearest(placed.spot)
    return Label(tuple(lines), x, box.top + BASELINE, anchors[x], placed.leader)


def _width(lines: Sequence[str]) -> int:
    return max(map(cell_len, lines)) * LETTER


class _Name(NamedTuple):
    """What to say at a point, or at one of some, in lines of one length or another, and how far from it."""

    points: tuple[Point, ...]
    shapes: tuple[tuple[str, ...], ...]
    within: int = AWAY


def _bends(words: Words, some: Sequence[Named], to: Fraction) -> list[_Name]:
    """What to say at each bend; the same bend of several curves is named once."""
    found: dict[tuple[Point, str], list[str]] = {}
    for one in some:
        for bend in seen(one.curve, to):
            found.setdefault(((bend.at, bend.after), cause(words, bend)), []).append(one.letter)
    names = []
    for (point, said), letters in found.items():
        head = _lettered(letters, money(words, point[0]))
        lines = [textwrap.wrap(said, most, break_long_words=False) for most in LABEL_LETTERS]
        names.append(_Name((point,), (*((head, *wrapped) for wrapped in lines), (head,))))
    return names


def _levels(words: Words, some: Sequence[Named], to: Fraction) -> list[_Name]:
    """How much of the next euro is kept along each piece, said somewhere along it."""
    found: dict[tuple[Point, Point], list[str]] = {}
    for one in some:
        for piece in shown(one.curve, to):
            level = piece.kept * CENTS
            ends = (piece.start, level), (piece.end or to, level)
            found.setdefault(ends, []).append(one.letter)
    return [
        _Name(
            tuple((start + (end - start) * part, level) for part in PARTS),
            ((_lettered(letters, words("plot.cents", cents=cents(words, level / CENTS))),),),
            BESIDE,
        )
        for ((start, level), (end, _)), letters in found.items()
    ]


def _lettered(letters: Sequence[str], text: str) -> str:
    return f"{', '.join(letters)}: {text}" if letters[0] else text
