"""What a member keeps under one pack or more, on paper: the drawing by itself, and the page for on the table.

Every line and mark is at its place, ready for a template. All sizes are in tenths of a point; y grows
downwards.
"""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from scharrel.core.month import Month
from scharrel.plot.curve import Coordinates, GraphKind, along, graph
from scharrel.text.breakpoints import (
    NamedCurve,
    Supposed,
    cause,
    lead,
    money,
    numbered_bends,
    pack_grounds,
    piece_rows,
    piece_sentences,
)
from scharrel.text.findings import euros
from scharrel.text.words import Words

_WIDTH = 6600
_HEIGHTS: Mapping[GraphKind, int] = {"kept": 2500, "next": 1400}
_RIGHT = 160
_LETTER = 62
_LINE = 130
_ROW = 170
_ABOVE = 290
_BELOW = 380
_NOTE_LETTERS = 106
_BESIDE = (-70, 160, -200, 290)
"""Where the number of a bend can stand: so far below it, the first where no other number is."""

_APART = (150, 110)

Spot = tuple[int, int]


class Frame(NamedTuple):
    """A rectangle: its edges."""

    left: int
    top: int
    right: int
    bottom: int


class CurveLines(NamedTuple):
    """The lines of one curve: chains that are drawn through, jumps, and dots at the bends."""

    chains: tuple[tuple[Spot, ...], ...]
    jumps: tuple[tuple[Spot, Spot], ...]
    dots: tuple[Spot, ...]


class BendNumber(NamedTuple):
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
    paths: tuple[CurveLines, ...]
    numbers: tuple[BendNumber, ...]


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
    some: Sequence[NamedCurve],
    to: Fraction,
    kinds: Sequence[GraphKind],
    title: str = "",
    notes: Iterable[str] = (),
    *,
    named: bool = True,
) -> Drawing:
    """These curves up to so many euros: what is `kept`, and what of the `next` euro."""
    down = 2 * _ROW if title else 0
    keys = tuple((down + nth * _ROW + _LINE, one.full) for nth, one in enumerate(some if named else ()))
    down += len(keys) * _ROW
    panels: list[Panel] = []
    curves = [one.curve for one in some]
    heights = [mark for kind in _HEIGHTS for mark in mark_texts(words, graph(curves, to, kind).ys)]
    left = max(map(len, heights)) * _LETTER + 130
    for kind in kinds:
        panels.append(_panel(words, some, to, kind, left, down + _ABOVE))
        down = panels[-1].frame.bottom + _BELOW
    below = []
    for note in notes:
        for line in textwrap.wrap(note, _NOTE_LETTERS):
            down += _LINE
            below.append((down, line))
    return Drawing(
        _WIDTH,
        down + (_LINE if below else 0),
        title,
        curves_in_words(words, some),
        keys,
        tuple(panels),
        tuple(below),
        words("plot.axis.along"),
    )


def curves_in_words(words: Words, some: Sequence[NamedCurve]) -> str:
    """All that the curves say, in words."""
    return " ".join(
        f"{one.full}: " + " ".join(f"{where}: {what}." for where, what in piece_sentences(words, one.curve))
        for one in some
    )


def beyond(words: Words, some: Sequence[NamedCurve], to: Fraction) -> list[str]:
    """What happens further than the drawing goes."""
    return [
        words("plot.beyond", which=one.full, at=money(words, bend.at), cause=cause(words, bend))
        for one in some
        for bend in one.curve.bends
        if bend.at >= to
    ]


def mark_texts(words: Words, marks: Sequence[Fraction]) -> list[str]:
    """The marks of an axis as text: with cents where they are not whole; the last one may be odd."""
    whole = all(mark.denominator == 1 for mark in marks[:-1])
    patterns = ["#,##0" if whole and mark.denominator == 1 else "#,##0.00" for mark in marks]
    exact = [Decimal(mark.numerator) / mark.denominator for mark in marks]
    return [words.number(mark, pattern) for mark, pattern in zip(exact, patterns, strict=True)]


def _panel(
    words: Words, some: Sequence[NamedCurve], to: Fraction, kind: GraphKind, left: int, top: int
) -> Panel:
    what = graph([one.curve for one in some], to, kind)
    xs, ys = mark_texts(words, what.xs), mark_texts(words, what.ys)
    frame = Frame(left, top, _WIDTH - _RIGHT, top + _HEIGHTS[kind])

    def right(amount: Fraction) -> int:
        return along(amount, what.xs, frame.left, frame.right)

    def up(amount: Fraction) -> int:
        return along(amount, what.ys, frame.bottom, frame.top)

    def spot(point: Coordinates) -> Spot:
        return right(point[0]), up(point[1])

    paths = tuple(
        CurveLines(
            tuple(tuple(map(spot, stroke)) for stroke in trace.strokes),
            tuple((spot(start), spot(end)) for start, end in trace.jumps),
            tuple(map(spot, trace.dots)),
        )
        for trace in what.traces
    )
    numbers = [
        (number, spot((bend.at, bend.after)))
        for number, bend, _ in numbered_bends(words, some)
        if kind == "kept" and bend.at < to
    ]
    return Panel(
        words(f"plot.axis.{kind}"),
        frame,
        tuple(zip(map(right, what.xs), xs, strict=True)),
        tuple(zip(map(up, what.ys), ys, strict=True)),
        up(Fraction(0)),
        paths,
        _marks(numbers, frame),
    )


def _marks(spots: Sequence[tuple[int, Spot]], frame: Frame) -> tuple[BendNumber, ...]:
    """The numbers above or below what they name, as far as there is room without covering another."""
    found: list[BendNumber] = []
    for number, (x, y) in spots:
        for down in _BESIDE:
            mark = BendNumber(number, x, y + down)
            near = any(abs(mark.x - o.x) < _APART[0] and abs(mark.y - o.y) < _APART[1] for o in found)
            if frame.top <= mark.y <= frame.bottom and not near:
                found.append(mark)
                break
    return tuple(found)


def _numbered_notes(words: Words, some: Sequence[NamedCurve], to: Fraction) -> list[str]:
    """What each number in the drawing says, and of which curves."""
    return [
        f"{number}  " + (f"{', '.join(letters)}: " if letters[0] else "")
        + f"{money(words, bend.at)}: {cause(words, bend)}"
        for number, bend, letters in numbered_bends(words, some)
        if bend.at < to
    ]  # fmt: skip


class Sheet(NamedTuple):
    """Everything on the page: the drawings, and what they say in words.

    `rows` are those of the table, each with the curve's letter.
    """

    coop: str
    month: Month
    title: str
    curves: Sequence[NamedCurve]
    drawings: Sequence[Drawing]
    lead: Sequence[str]
    rows: Sequence[tuple[str, ...]]
    told: str
    grounds: Sequence[str]


def plot_sheet_view(
    words: Words, coop: str, curves: Sequence[NamedCurve], supposed: Supposed, to: Fraction
) -> Sheet:
    """The page about these curves up to so many euros."""
    numbered = numbered_bends(words, curves)
    return Sheet(
        coop,
        curves[0].curve.month,
        words("plot.title"),
        curves,
        [drawing(words, curves, to, ["kept"]), drawing(words, curves, to, ["next"], named=False)],
        list(lead(words, curves, supposed)),
        [(one.letter, *row) for one in curves for row in piece_rows(words, one, numbered)],
        curves_in_words(words, curves),
        list(pack_grounds(words, curves)),
    )


def whole_drawing(words: Words, curves: Sequence[NamedCurve], supposed: Supposed, to: Fraction) -> Drawing:
    """All of it as one drawing that stands by itself."""
    said = " ".join(lead(words, curves, supposed))
    notes = [*_numbered_notes(words, curves, to), said, *beyond(words, curves, to)]
    return drawing(words, curves, to, ["kept", "next"], words("plot.title"), notes)


def plot_figures(sheet: Sheet) -> Mapping[str, Decimal]:
    """Every corner as programs read it: euros that come in, euros that are kept."""
    found: dict[str, Decimal] = {}
    for one in sheet.curves:
        name = f"{one.letter} {one.curve.pack.id} {one.curve.month}".strip()
        for nth, bend in enumerate(one.curve.bends, 1):
            found[f"{name} bend {nth} at"] = euros(bend.at)
            found[f"{name} bend {nth} keep"] = euros(bend.after)
    return found
