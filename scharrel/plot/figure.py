"""What a member keeps under one pack or more: the drawing by itself, and the page for on the table."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.plot.terminal import Drawing, beyond, drawing, numbered_notes, told
from scharrel.text.breakpoints import Named, Supposed, columns, grounds, lead, numbered
from scharrel.text.findings import euros
from scharrel.text.words import Words


class Sheet(NamedTuple):
    """Everything on the page: the drawings, and what they say in words.

    `rows` are those of the table, each with the curve's letter.
    """

    coop: str
    month: Month
    title: str
    curves: Sequence[Named]
    drawings: Sequence[Drawing]
    lead: Sequence[str]
    rows: Sequence[tuple[str, ...]]
    told: str
    grounds: Sequence[str]


def plot_sheet_view(
    words: Words, coop: str, curves: Sequence[Named], supposed: Supposed, to: Fraction
) -> Sheet:
    """The page about these curves up to so many euros."""
    return Sheet(
        coop,
        curves[0].curve.month,
        words("plot.title"),
        curves,
        [drawing(words, curves, to, ["kept"]), drawing(words, curves, to, ["next"], named=False)],
        list(lead(words, curves, supposed)),
        [(one.letter, *row) for one in curves for row in columns(words, one, numbered(words, curves))],
        told(words, curves),
        list(grounds(words, curves)),
    )


def whole_drawing(words: Words, curves: Sequence[Named], supposed: Supposed, to: Fraction) -> Drawing:
    """All of it as one drawing that stands by itself."""
    said = " ".join(lead(words, curves, supposed))
    notes = [*numbered_notes(words, curves, to), said, *beyond(words, curves, to)]
    return drawing(words, curves, to, ["kept", "next"], words("plot.title"), notes)


def plot_figures(sheet: Sheet) -> Mapping[str, str]:
    """Every corner as programs read it: euros that come in, euros that are kept."""
    found: dict[str, str] = {}
    for one in sheet.curves:
        name = f"{one.letter} {one.curve.pack.id} {one.curve.month}".strip()
        for nth, bend in enumerate(one.curve.bends, 1):
            found[f"{name} bend {nth} at"] = plain(euros(bend.at))
            found[f"{name} bend {nth} keep"] = plain(euros(bend.after))
    return found
