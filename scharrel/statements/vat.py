"""The VAT return on paper, for the file: the boxes in the order of the tax office's form, and every booking
behind them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.month import Month
from scharrel.ledger.books import Books
from scharrel.statements.annual import cooperative_lines
from scharrel.text.periods import period_name
from scharrel.text.places import place_on_paper
from scharrel.text.vat import (
    behind_heading,
    deadline_line,
    note_lines,
    overview_line,
    return_title,
    what_is_behind,
)
from scharrel.text.words import Words
from scharrel.treasury.vat import DUE_BOXES, INPUT_BOX
from scharrel.treasury.vat_return import BOXES, VatReturn

FORM_BOXES = (*DUE_BOXES, "5a", INPUT_BOX, "5g")
"""The boxes of the tax office's form."""


class FormRow(NamedTuple):
    """A box as it is filled in: in whole euros, without turnover where the form asks for none."""

    box: str
    label: str
    base: Decimal | None
    vat: Decimal

    @property
    def shown(self) -> Decimal:
        """The VAT as the form has it: what is got back has no minus."""
        return abs(self.vat) if self.box == "5g" else self.vat


class BehindRow(NamedTuple):
    """A booking behind a box, in exact euros: `what` has whose it is and what it says, `place` where it
    stands. Of input VAT there is no turnover."""

    day: date
    what: str
    place: str
    base: Decimal | None
    vat: Decimal


class VatView(NamedTuple):
    """A VAT return as it is printed; `behind` has the bookings of each box by its heading."""

    coop: str
    who: Sequence[str]
    title: str
    period: str
    month: Month
    deadline: str
    rows: Sequence[FormRow]
    notes: Sequence[str]
    questions: int
    filed: bool
    overview: str
    behind: Sequence[tuple[str, Sequence[BehindRow]]]

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the return can be checked."""
        return {f"{row.box} base": row.base for row in self.rows if row.base is not None} | {
            f"{row.box} vat": row.vat for row in self.rows
        }


def vat_view(words: Words, books: Books, found: VatReturn) -> VatView:
    """The return as it is printed."""
    return VatView(
        books.title,
        list(cooperative_lines(words, books, found.period.last)),
        return_title(words, found.period),
        period_name(words, found.period),
        found.period.last,
        "".join(deadline_line(words, found.period)),
        list(_form(words, found)),
        [note.strip() for note in note_lines(words, found, paper=True)],
        len(found.questions),
        bool(found.filed),
        overview_line(words, found),
        list(_behind(words, found, books.names)),
    )


def _form(words: Words, found: VatReturn) -> Iterator[FormRow]:
    due, back = found.whole
    sums = {"5a": due, INPUT_BOX: back, "5g": due - back}
    for box in FORM_BOXES:
        if box in sums:
            key = f"boxes.{box}" if box != "5g" else "pay" if due >= back else "get-back"
            yield FormRow(box, words(f"vat.{key}"), None, sums[box])
        else:
            yield FormRow(box, words(f"vat.boxes.{box}"), *found.boxes[box].filed)


def _behind(
    words: Words, found: VatReturn, names: Mapping[str, str]
) -> Iterator[tuple[str, Sequence[BehindRow]]]:
    for box in BOXES:
        there = found.boxes[box]
        if there.behind:
            rows = [
                BehindRow(
                    each.day,
                    what_is_behind(words, each, names),
                    place_on_paper(words, each.file, each.line),
                    None if box == INPUT_BOX else each.base,
                    each.vat,
                )
                for each in there.behind
            ]
            yield behind_heading(words, box, there), rows
